"""Clauses, contradictions and lists of an agreement, each written down by hand from its source."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from services.agreements.contract.annex import annex_from
from services.agreements.contract.comparing import changes
from services.agreements.contract.contents import (
    ContentsContradict,
    check,
    group_of,
    zone_apart,
)
from services.agreements.contract.contradictions import contradictions
from services.agreements.contract.finding import GOOD_PRACTICE, LAW, TEMPLATE
from services.agreements.contract.findings import findings
from services.agreements.contract.shortfalls import shortfalls
from services.agreements.contract.wording import (
    Published,
    built_in_templates,
    in_language,
)
from services.agreements.model.agreement import Agreement
from services.agreements.model.document import make_version, read
from tests.builders import notice_terms
from tests.unit.agreements import things
from tests.unit.agreements.things import AT, TODAY, content

# Part II, 1.3 of the guidelines goes through Art. 28(3): .4 is (d), .6 is (f), .7 is (g).
GUIDELINES = "EDPB Guidelines 07/2020 (version 2.0), part II, section 1.3"
HOLIDAYS = "Regulation (EEC, Euratom) 1182/71 Art. 2(1)"
TWO_WEEKS = {"value": 14, "unit": "days"}
MEASURES = {"technical": ["Encryption."], "organisational": ["Training."]}


def is_sentence(text: str) -> bool:
    return re.fullmatch(r"[A-Z“0-9].* .*[.)]", text) is not None


# What the law says of it: 28(2) authorisation and the chance to object; 33(2) the breach, for which
# the controller itself has 72 hours (33(1)). A period in days stands in the guidelines alone.
@pytest.mark.parametrize(
    ("lacking", "code", "clause", "weight"),
    [
        ({"authorisation": None}, "authorisation-missing", "Art. 28(2)", LAW),
        ({"notice_terms": notice_terms(notice_days=0)}, "notice-days-missing",
         f"{GUIDELINES}.4", GOOD_PRACTICE),
        ({"notice_terms": notice_terms(objection_days=0)}, "objection-days-missing",
         f"{GUIDELINES}.4", GOOD_PRACTICE),
        ({"notice_terms": notice_terms(notice_days=10)}, "objection-longer-than-notice",
         "Art. 28(2)", LAW),
        ({"notice_terms": notice_terms(holidays="DE")}, "holiday-region-missing", HOLIDAYS,
         GOOD_PRACTICE),
        ({"notice_terms": notice_terms(contacts=[])}, "notice-contact-missing",
         f"{GUIDELINES}.4", GOOD_PRACTICE),
        ({"transfer_instructions": None}, "transfer-instructions-missing", "Art. 28(3)(a)", LAW),
        ({"deletion_days": None}, "deletion-days-missing", f"{GUIDELINES}.7", GOOD_PRACTICE),
        ({"breach_notice_hours": None}, "breach-notice-missing", f"{GUIDELINES}.6",
         GOOD_PRACTICE),
        ({"breach_notice_hours": 73}, "breach-notice-too-long", "Art. 33(2)", LAW),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)  # fmt: skip
def test_a_finding_has_its_clause_its_weight_and_a_sentence(
    lacking: dict[str, Any], code: str, clause: str, weight: str
) -> None:
    (found,) = findings(content(**lacking))
    assert (found.code, found.clause, found.weight) == (code, clause, weight)
    assert is_sentence(found.detail)


def test_a_missing_fact_or_answer_names_its_paragraph_in_a_sentence() -> None:
    whole = content()
    bare = replace(
        whole,
        processing=replace(whole.processing, nature=None),
        clauses=replace(whole.clauses, audit=None),
    )
    fact, answer = findings(bare)
    assert (fact.clause, answer.clause) == ("Art. 28(3)", "Art. 28(3)(h)")
    assert fact.detail == "The agreement does not state the nature."
    assert answer.detail == "The agreement lacks information, audits and inspections."


# (EU) 2021/915, Annex III and Clause 7.7(a); Danish standard contract, Appendix C and B.
@pytest.mark.parametrize(
    ("template", "lacking", "found"),
    [
        (0, {"measures": {}}, [("measures-missing", "(EU) 2021/915, Annex III")]),
        (0, {"measures": {**MEASURES, "organisational": []}},
         [("measures-missing", "(EU) 2021/915, Annex III")]),
        (0, {"measures": {**MEASURES, "technical": []}},
         [("measures-missing", "(EU) 2021/915, Annex III")]),
        (0, {"notice_terms": notice_terms(notice_days=None)},
         [("template-notice-days-missing", "(EU) 2021/915, Clause 7.7(a)")]),
        (1, {"measures": {}}, [("measures-missing", "Appendix C")]),
        (1, {"notice_terms": notice_terms(notice_days=None)},
         [("template-notice-days-missing", "Appendix B")]),
        (2, {"measures": {}, "notice_terms": notice_terms(notice_days=None)}, []),
    ],
)  # fmt: skip
def test_an_official_text_asks_for_what_it_leaves_to_be_filled_in(
    template: int, lacking: dict[str, Any], found: list[tuple[str, str]]
) -> None:
    told = content(**{"measures": MEASURES, **lacking})
    made = shortfalls(built_in_templates()[template], told)
    assert [(each.code, each.clause) for each in made] == found
    assert all(each.weight == TEMPLATE and is_sentence(each.detail) for each in made)


# (EU) 2021/915, Clause 7.5; Danish standard contract, Appendix C.2. Other texts do not ask.
@pytest.mark.parametrize(
    ("template", "clause", "weight"),
    [
        (0, "(EU) 2021/915, Clause 7.5", TEMPLATE),
        (1, "Appendix C.2", TEMPLATE),
        (2, "(EU) 2021/915, Clause 7.5", GOOD_PRACTICE),
    ],
)
def test_special_categories_without_measures_are_found_with_their_clause(
    template: int, clause: str, weight: str
) -> None:
    whole = content(measures=MEASURES)
    sensitive = replace(whole, processing=replace(whole.processing, special_categories=True))
    (found,) = shortfalls(built_in_templates()[template], sensitive)
    assert (found.clause, found.weight, is_sentence(found.detail)) == (clause, weight, True)


def test_what_the_wording_does_not_settle_is_said_in_a_sentence() -> None:
    bare = replace(built_in_templates()[2], owner="org_v", covers={})
    assert all(is_sentence(each.detail) for each in shortfalls(bare, content()))


def published(**more: Any) -> Published:
    of = content(measures=MEASURES, backup_days=90)
    names = ("measures", "transfer_instructions", "deletion_days", "breach_notice_hours",
             "backup_days")  # fmt: skip
    return things.published(**{**{name: getattr(of, name) for name in names}, **more})


def test_what_is_weaker_than_the_published_template_names_it() -> None:
    own = replace(built_in_templates()[2], owner="org_v", name="Ours")
    least = content(notice_terms=notice_terms(notice_days=None, objection_days=1)).notice_terms
    template = replace(own, published=published(notice_options=(least,)))
    weak = content(notice_terms=notice_terms(objection_days=None), backup_days=91)
    clause = "Template “Ours”"
    found = [(each.code, each.clause, each.detail) for each in shortfalls(template, weak)]
    assert found == [
        ("objection-days-weaker-than-template", clause, "0 here, 1 in the template."),
        ("backup-days-weaker-than-template", clause, "91 here, 90 in the template."),
    ]


def test_published_terms_become_the_contents_whole() -> None:
    terms, offer = content().notice_terms, published()
    made = offer.content("tpl_x", "DK", terms, from_day=TODAY)
    assert (made.template_id, made.effective_from, made.notice_terms) == ("tpl_x", TODAY, terms)
    for name in ("processing", "authorisation", "clauses", "measures", "transfer_instructions",
                 "breach_notice_hours", "deletion_days", "backup_days"):  # fmt: skip
        assert getattr(made, name) == getattr(offer, name), name


def test_a_customer_may_take_any_of_several_options() -> None:
    longer = content(notice_terms=notice_terms(notice_days=60)).notice_terms
    offer = published(notice_options=(content().notice_terms, longer))
    assert offer.offers(longer)


def test_a_text_in_no_language_is_empty() -> None:
    assert in_language({}, "en") == ""
    assert all(isinstance(each.created_at, datetime) for each in built_in_templates())


@pytest.mark.parametrize(
    ("terms", "found"),
    [
        ({}, []),
        ({"day_kind": "business", "holidays": None}, [("holidays", "required")]),
        ({"notice": {"length": TWO_WEEKS, "deemed_after": TWO_WEEKS, "starts": "sent"}},
         [("notice/deemed_after", "terms-contradict")]),
        ({"objection": {"length": TWO_WEEKS, "deemed_after": TWO_WEEKS}},
         [("objection/deemed_after", "terms-contradict")]),
        ({"notice": {"deemed_after": TWO_WEEKS, "starts": "delivered"},
          "objection": {"deemed_after": TWO_WEEKS, "starts": "acknowledged"}}, []),
        ({"objection": {"length": TWO_WEEKS, "ends": "effective_day"}},
         [("objection/length", "terms-contradict")]),
        ({"objection": {"length": TWO_WEEKS, "before_effect": TWO_WEEKS}},
         [("objection/before_effect", "terms-contradict")]),
        ({"by_kind": {"add": {"objection": {"before_effect": TWO_WEEKS}}}},
         [("by_kind/add/objection/before_effect", "terms-contradict")]),
        ({"notice": {"starts": "sent"}, "also": [{"notice": {"starts": "delivered"}}]},
         [("also/0/notice/starts", "terms-contradict")]),
        ({"notice": {"starts": "delivered"}, "also": [{"notice": {"starts": "delivered"}}]}, []),
        ({"objection": {"starts": "delivered"},
          "also": [{"objection": {"starts": "acknowledged"}}]},
         [("also/0/objection/starts", "terms-contradict")]),
        ({"objection": {"starts": "acknowledged"},
          "also": [{"objection": {"starts": "delivered"}}]}, []),
        ({"receipt_rule": "delivered", "also": [{"notice": {"starts": "delivered"}}]}, []),
    ],
)  # fmt: skip
def test_terms_that_cannot_hold_together_are_named_at_their_place(
    terms: dict[str, Any], found: list[tuple[str, str]]
) -> None:
    made = list(contradictions(content(notice_terms=notice_terms(**terms)).notice_terms))
    assert [(member, code) for member, code, _ in made] == found
    assert all(is_sentence(detail) for _, _, detail in made)


def test_every_contradiction_has_its_pointer_its_code_and_a_sentence() -> None:
    wrong = content(authorisation="specific", effective_from="2026-11-22", expires_on="2026-11-22")
    with pytest.raises(ContentsContradict) as refusal:
        check(wrong)
    errors = refusal.value.errors
    assert [(error["pointer"], error["code"]) for error in errors] == [
        ("/notice_terms/silence", "silence-is-no-consent"),
        ("/expires_on", "ends-before-it-begins"),
    ]
    assert all(is_sentence(error["detail"]) for error in errors)


@pytest.mark.parametrize(
    ("processor", "customer", "apart"),
    [
        ("Europe/Copenhagen", "Europe/Helsinki", "Europe/Helsinki"),
        ("Europe/Copenhagen", "Europe/Copenhagen", None),
        ("Europe/Copenhagen", None, None),
        (None, "Europe/Helsinki", None),
    ],
)
def test_the_customers_zone_counts_where_both_are_known_and_differ(
    processor: str | None, customer: str | None, apart: str | None
) -> None:
    vendor = replace(things.VENDOR, time_zone=processor)
    assert zone_apart(vendor, replace(things.CUSTOMER, time_zone=customer)) == apart


def test_an_agreement_without_a_zone_counts_in_the_customers_too() -> None:
    zone = "Europe/Helsinki"
    of_group = group_of(content(), zone)
    assert of_group.terms.customer_time_zone == zone
    assert of_group.key != group_of(content()).key
    named = content(notice_terms=notice_terms(time_zone="Europe/Copenhagen"))
    assert group_of(named, zone) == group_of(named)
    vendor = replace(things.VENDOR, time_zone="Europe/Copenhagen")
    customer = replace(things.CUSTOMER, time_zone=zone)
    agreement = replace(things.active(), processor=vendor, controller=customer)
    assert agreement.group == of_group


def test_terms_of_the_long_form_are_grouped_without_what_they_leave_open() -> None:
    told = notice_terms(eves=False, notice={"length": TWO_WEEKS, "starts": "sent"},
                        also=[{"objection": {"length": TWO_WEEKS}}])  # fmt: skip
    members = content(notice_terms=told).notice_terms.terms.members()
    assert members["notice"] == {"length": TWO_WEEKS, "starts": "sent"}
    assert members["also"] == [{"objection": {"length": TWO_WEEKS}}]
    assert members["eves"] is False
    assert "soft" not in members


def test_a_row_of_the_list_says_all_that_the_register_says() -> None:
    entry = {
        "id": "sub_1", "legal_name": "Acme", "registration_number": "123", "country": "DE",
        "purpose": {"en": "Hosting"}, "data_categories": ["names"], "data_subjects": ["tenants"],
        "contact": {"name": "N", "position": "DPO", "email": "n@x.test"},
        "valid_from": "2026-01-01",
        "locations": [
            {"country": "US", "region": "us-1", "kind": "storage",
             "mechanisms": [{"name": "Our clauses", "instrument_id": "scc"},
                            {"instrument_id": "dpf"}]},
            {"country": "DE"},
        ],
    }  # fmt: skip
    row = annex_from([entry], TODAY, "en", ()).items[0]
    expected = {
        "registration_number": "123", "country": "DE", "purpose": "Hosting",
        "data_categories": ["names"], "data_subjects": ["tenants"],
        "contact": "N, DPO, n@x.test", "since": "2026-01-01",
    }  # fmt: skip
    assert {name: row[name] for name in expected} == expected
    assert [(each["country"], each["region"], each["kind"], [it["name"] for it in each["bases"]])
            for each in row["places"]] == [
        ("US", "us-1", "storage", ["Our clauses", "dpf"]),
        ("DE", None, None, []),
    ]  # fmt: skip


def test_no_list_is_not_an_empty_one() -> None:
    assert annex_from(None, TODAY, "en", ()).members()["register"] is False
    assert annex_from([], TODAY, "en", ()).matches(None) is False


def test_a_part_that_is_gone_is_one_difference() -> None:
    before, after = {"processing": {"nature": "Storage"}}, {"processing": None}
    assert changes(before, after) == [
        {"pointer": "/processing", "before": {"nature": "Storage"}, "after": None}
    ]


def test_a_version_and_its_document_name_who_and_what() -> None:
    template = built_in_templates()[0]
    made = make_version(
        "agr_7", 3, (things.VENDOR, things.CUSTOMER), content(), template, at=AT, by="cli_9"
    )
    assert (made.id, made.agreement_id, made.made_by) == ("agr_7:3", "agr_7", "cli_9")
    assert made.weaker == shortfalls(template, content()) != ()
    document = read(made)
    assert (document["processor"]["id"], document["controller"]["id"]) == ("org_v", "org_c")
    assert (document["template"]["id"], document["template"]["name"]) == (
        template.id,
        template.name,
    )
    assert document["template"]["kind"] == template.kind
    assert document["sub_processors"]["register"] is False


def test_only_the_customers_own_signature_confirms() -> None:
    first, second = things.active().acceptances
    assert [each.party for each in (first, second)] == ["processor", "controller"]
    signed_by_one: Agreement = replace(things.active(), acceptances=(first,))
    assert not signed_by_one.confirmed
    assert replace(signed_by_one, acceptances=(second,)).confirmed


def test_an_agreement_claims_its_products_from_its_first_day() -> None:
    coming = replace(things.active(), begins_on=TODAY)
    assert (coming.claim.since, things.active().claim.since) == (TODAY, None)


# Art. 33(2): without undue delay after becoming aware. What "determined" means is open law.
@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("We tell of a breach within 24 hours after confirmation.",
         "breach-notice-after-confirmation"),
        ("A breach is told within a day after we have determined that it occurred.",
         "breach-notice-after-determination"),
    ],
)  # fmt: skip
def test_a_late_start_is_shown_with_its_sentence_and_its_clause(text: str, code: str) -> None:
    whole = content()
    (found,) = findings(replace(whole, clauses=replace(whole.clauses, assistance=text)))
    assert (found.code, found.clause, found.weight) == (code, "Art. 33(2)", LAW)
    assert text.rstrip(".") in found.detail
