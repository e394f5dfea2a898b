"""Notice terms in the short form and the long one: what is taken, refused, shown and printed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
import rfc8785
from marshmallow import ValidationError

from services.agreements import rendering
from services.agreements.contract.contents import (
    SIGNED_ELSEWHERE,
    ContentsContradict,
    Party,
    check,
    group_of,
)
from services.agreements.contract.findings import findings
from services.agreements.contract.terms import NoticeTerms
from services.agreements.contract.wording import built_in_templates
from services.agreements.model.agreement import Version
from services.agreements.model.document import make_version
from services.agreements.rendering import periods
from services.agreements.rendering.words import Words
from services.agreements.schemas.notice_terms import NoticeTermsShape
from shared.documents import from_document, from_wire, to_document
from tests.builders import notice_terms
from tests.unit.agreements import things
from tests.unit.agreements.things import AT, content

MONTH = {"value": 1, "unit": "months"}
TEN = {"value": 10, "unit": "business_days"}


def long(**more: Any) -> dict[str, Any]:
    return {"holidays": "GB-ENG", "channels": ["email"], **more}


def loaded(members: dict[str, Any]) -> NoticeTerms:
    return from_wire(NoticeTerms, NoticeTermsShape().load(members))


def test_the_short_form_keeps_the_group_it_always_had() -> None:
    members = loaded(notice_terms())
    six = {"notice_days": 30, "objection_days": 14, "day_kind": "calendar", "holidays": "DK",
           "receipt_rule": "sent", "silence": "consent"}  # fmt: skip
    assert members.terms.members() == six
    whole: dict[str, Any] = {"authorisation": "general", "terms": six}
    key = hashlib.sha256(rfc8785.dumps(whole)).hexdigest()[:16]
    assert group_of(content()).key == key


def test_an_agreement_that_was_stored_in_six_members_is_read_with_its_days() -> None:
    stored = {
        name: value
        for name, value in to_document(loaded(notice_terms(holidays="SE"))).items()
        if name in (*loaded(notice_terms()).terms.members(), "channels", "contacts")
    }
    terms = from_document(NoticeTerms, stored)
    assert terms.eves is None
    assert terms.terms.members() == {**loaded(notice_terms()).terms.members(), "holidays": "SE"}
    assert NoticeTermsShape().dump(terms)["eves"] is False


def test_the_long_form_is_shown_in_days_as_far_as_days_can_say_it() -> None:
    terms = loaded(
        long(
            notice={"length": MONTH, "starts": "published"},
            objection={"length": TEN, "starts": "delivered", "silence": "refusal"},
        )
    )
    assert (terms.notice_days, terms.objection_days) == (None, None)
    assert (terms.receipt_rule, terms.silence) == ("delivered", "refusal")
    both = loaded(long(notice={"length": TEN}, objection={"length": TEN}))
    assert (both.notice_days, both.objection_days, both.day_kind) == (10, 10, "business")


def test_what_is_read_can_be_sent_back() -> None:
    sent = long(
        notice={"length": MONTH, "starts": "delivered", "deemed_after": TEN},
        objection={"ends": "effective_day", "before_effect": TEN, "silence": "consent"},
        by_kind={"remove": {"notice": {"length": TEN}}},
        also=[{"notice": {"length": TEN}, "said_where": "annex II"}],
        time_zone="Europe/London", emergency={"length": TEN}, owed_for=["add"],
        remedy={"then": ["exclude", "terminate"], "end_notice": {"value": 0, "unit": "days"}},
        only_if_subscribed=True, condition="subscribes on the page", soft=True,
    )  # fmt: skip
    terms = loaded(sent)
    shown = NoticeTermsShape().dump(terms)
    assert loaded(shown) == terms
    assert from_document(NoticeTerms, to_document(terms)) == terms
    assert shown["by_kind"]["remove"]["notice"]["length"] == TEN


@pytest.mark.parametrize(
    ("more", "place"),
    [
        ({"notice": {"length": {"value": 0, "unit": "days"}}}, ("notice", "length", "value")),
        ({"notice": {"length": {"value": 11, "unit": "years"}}}, ("notice", "length", "value")),
        ({"notice": {"length": {"value": 1, "unit": "moons"}}}, ("notice", "length", "unit")),
        ({"notice": {"length": {"value": 1.5, "unit": "days"}}}, ("notice", "length", "value")),
        ({"notice": {"length": 30}}, ("notice", "length")),
        ({"notice": {"starts": "read"}}, ("notice", "starts")),
        ({"notice": {"begins": "sent"}}, ("notice", "begins")),
        ({"objection": {"ends": "never"}}, ("objection", "ends")),
        ({"notice": {"length": MONTH}, "notice_days": 30}, ("notice_days",)),
        ({"objection": {"length": TEN, "silence": "refusal"}, "silence": "consent"}, ("silence",)),
        ({"notice": {}, "eves": True}, ("eves",)),
        ({"notice": {}, "time_zone": "Europe/Atlantis"}, ("time_zone",)),
        ({"notice": {}, "time_zone": "localtime"}, ("time_zone",)),
        ({"notice": {}, "time_zone": "Factory"}, ("time_zone",)),
        ({"notice": {}, "by_kind": {"sell": {}}}, ("by_kind", "sell")),
        ({"notice": {}, "holidays": "DE-XX"}, ("holidays",)),
        # Places of which the library lists no public holiday.
        ({"notice": {}, "holidays": "BV"}, ("holidays",)),
        ({"notice": {}, "holidays": "LK"}, ("holidays",)),
        ({"notice": {}, "channels": ["fax"]}, ("channels", 0)),
        ({"notice": {}, "channels": []}, ("channels",)),
        ({}, ("notice_days",)),
    ],
)
def test_a_term_that_cannot_be_is_refused_at_its_place(
    more: dict[str, Any], place: tuple[str | int, ...]
) -> None:
    with pytest.raises(ValidationError) as refused:
        loaded(long(**more))
    messages: Any = refused.value.messages
    for part in place:
        messages = messages[part]
    assert messages


@pytest.mark.parametrize(
    ("terms", "pointer"),
    [
        (long(notice={"length": TEN}, holidays=None), "holidays"),
        (long(objection={"ends": "effective_day", "before_effect": TEN}, holidays=None),
         "holidays"),
        (long(notice={"starts": "delivered", "deemed_after": TEN}, holidays=None), "holidays"),
        (long(notice={}, emergency={"length": TEN}, holidays=None), "holidays"),
        (long(notice={"length": MONTH}, remedy={"cure": TEN}, holidays=None), "holidays"),
        (long(notice={"length": MONTH}, remedy={"end_notice": TEN}, holidays=None), "holidays"),
        (long(notice={"starts": "sent", "deemed_after": MONTH}), "notice/deemed_after"),
        (long(objection={"ends": "effective_day", "length": MONTH}), "objection/length"),
        (long(objection={"length": MONTH, "before_effect": MONTH}), "objection/before_effect"),
        (long(notice={}, also=[{"objection": {"length": MONTH, "before_effect": MONTH}}]),
         "also/0/objection/before_effect"),
        (long(notice={}, also=[{"objection": {"length": MONTH, "starts": "acknowledged"}}]),
         "also/0/objection/starts"),
    ],
)  # fmt: skip
def test_terms_that_contradict_each_other_are_refused(terms: dict[str, Any], pointer: str) -> None:
    with pytest.raises(ContentsContradict) as refused:
        check(content(notice_terms=NoticeTermsShape().load(terms)))
    assert refused.value.errors[0]["pointer"] == f"/notice_terms/{pointer}"


def test_without_channels_art28_tells_by_those_that_every_customer_has() -> None:
    silent = loaded(long(notice={}, channels=None))
    assert silent.ways == ("webhook", "email")
    assert NoticeTermsShape().dump(silent)["channels"] is None
    assert loaded(long(notice={}, channels=["page", "email"])).ways == ("email",)


def codes(terms: dict[str, Any]) -> set[str]:
    members = NoticeTermsShape().load({**terms, "contacts": notice_terms()["contacts"]})
    return {finding.code for finding in findings(content(notice_terms=members))}


def test_a_period_in_any_unit_is_a_period_and_none_is_found() -> None:
    assert codes(long(notice={"length": MONTH}, objection={"length": TEN})) == set()
    assert codes(long(notice={"length": TEN}, objection={"length": MONTH})) == {
        "objection-longer-than-notice"
    }
    assert codes(long(notice={"length": MONTH}, objection={"ends": "effective_day"})) == set()
    assert codes(long(notice={}, objection={})) == {
        "notice-days-missing", "objection-days-missing",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("also", "expected"),
    [
        ([{"objection": {"length": MONTH}}], {"objection-longer-than-notice", "two-periods"}),
        ([{"notice": {"length": MONTH}, "objection": {"length": MONTH}}], {"two-periods"}),
        ([{"notice": {"length": MONTH}}], {"two-periods"}),
        ([], set()),
    ],
)
def test_of_two_periods_the_longer_one_is_compared(also: list[Any], expected: set[str]) -> None:
    short = long(notice={"length": TEN}, objection={"length": TEN}, also=also)
    assert codes(short) == expected


def test_also_null_says_that_nothing_is_said_twice() -> None:
    terms = loaded(notice_terms(also=None))
    assert terms == loaded(notice_terms())
    assert NoticeTermsShape().dump(terms)["also"] == []


def test_the_default_of_eves_is_written_down_and_printed() -> None:
    def eves(place: str, **more: Any) -> tuple[bool, str]:
        terms = loaded(notice_terms(holidays=place, **more))
        printed = dict(periods.rows(Words("en"), to_document(terms)))
        return NoticeTermsShape().dump(terms)["eves"], printed["Eves count as holidays"]

    assert [eves(place) for place in ("SE", "FI", "DK")] == [
        (True, "yes"), (True, "yes"), (False, "no"),
    ]  # fmt: skip
    assert eves("FI", eves=False) == (False, "no")
    assert eves("DK", eves=True) == (True, "yes")


@pytest.mark.parametrize(
    ("language", "notice", "objection"),
    [
        ("en", ("1 month; counted from when the notice has arrived; "
               "received at the latest 10 business days after it is sent"),
         "up to 10 business days before the day of the change; grounds: reasonable"),
        ("da", ("1 måned; regnet fra varslet er kommet frem; "
               "anses for modtaget senest 10 arbejdsdage efter afsendelsen"),
         "indtil 10 arbejdsdage før dagen for ændringen; begrundelse: rimelige"),
        ("sv", ("1 månad; räknat från det att underrättelsen kommit fram; "
               "anses mottagen senast 10 arbetsdagar efter avsändandet"),
         "fram till 10 arbetsdagar före dagen för ändringen; skäl: rimliga"),
    ],
)  # fmt: skip
def test_a_document_prints_the_periods_in_words(language: str, notice: str, objection: str) -> None:
    terms = loaded(long(
        notice={"length": MONTH, "starts": "delivered", "deemed_after": TEN},
        objection={"ends": "effective_day", "before_effect": TEN, "grounds": "reasonable"},
    ))  # fmt: skip
    words = Words(language)
    printed = dict(periods.rows(words, to_document(terms)))
    assert printed[words("notice_period")] == notice
    assert printed[words("objection_period")] == objection


@pytest.mark.parametrize(
    ("language", "printed"),
    [("en", "no number agreed"), ("da", "intet antal aftalt"), ("sv", "inget antal avtalat")],
)
def test_zero_days_of_an_old_agreement_are_shown_as_no_number(language: str, printed: str) -> None:
    stored = {**to_document(loaded(notice_terms())), "notice_days": 0, "objection_days": 0}
    shown = NoticeTermsShape().dump(from_document(NoticeTerms, stored))
    assert (shown["notice_days"], shown["objection_days"]) == (None, None)
    words = Words(language)
    rows = dict(periods.rows(words, stored))
    assert (rows[words("notice_days")], rows[words("objection_days")]) == (printed, printed)


def test_every_other_term_is_printed() -> None:
    terms = loaded(long(
        notice={"length": MONTH, "counted_to": "engagement", "first_day_counts": True},
        by_kind={"remove": {"notice": {"length": TEN}}},
        also=[{"objection": {"length": TEN}, "said_where": "annex II"}],
        emergency={"length": TEN, "approved_by": "the customer"}, soft=True,
        remedy={"then": ["resolve", "terminate"], "cure": MONTH, "refund": "pro_rata",
                "end_notice": {"value": 0, "unit": "days"}},
        only_if_subscribed=True, condition="subscribe",
    ))  # fmt: skip
    text = "\n".join(f"{label}: {value}" for label, value in
                     periods.rows(Words("en"), to_document(terms)))  # fmt: skip
    for part in (
        "1 month; the first day counts; before: engagement",
        "Time to object: no number agreed",
        "For a removed sub-processor: Notice before a change: 10 business days",
        "binds: annex II: Time to object: 10 business days",
        (
            "Urgent changes: 10 business days; the time to object is at most as long; "
            "approved by: the customer"
        ),
        (
            "the agreement may be ended; time for a way out: 1 month; "
            "notice of termination: at once; prepaid fees are refunded in proportion"
        ),
        "Periods bind only where possible: yes",
        "the customer must: subscribe",
        "Told only if subscribed: yes",
    ):
        assert part in text


@pytest.mark.parametrize(
    ("language", "place", "zones", "printed"),
    [
        ("en", "GB-ENG", ["Europe/London"],
         ("Periods are counted by Article 3 of Regulation (EEC, Euratom) No 1182/71, with the "
         "public holidays of the United Kingdom (GB-ENG) and days in Europe/London.")),
        ("da", "DK", ["Europe/Copenhagen"],
         ("Frister beregnes efter artikel 3 i forordning (EØF, Euratom) nr. 1182/71, med "
         "helligdagene i Danmark og dage i tidszonen Europe/Copenhagen.")),
        ("sv", "FI-01", ["Europe/Helsinki"],
         ("Frister beräknas enligt artikel 3 i förordning (EEG, Euratom) nr 1182/71, med "
         "helgdagarna i Finland (FI-01) och dygn i tidszonen Europe/Helsinki.")),
        ("en", "DE", ["Asia/Tokyo", "Europe/Lisbon"],
         ("Periods are counted by Article 3 of Regulation (EEC, Euratom) No 1182/71, with the "
         "public holidays of Germany (all regions) and days in Asia/Tokyo or Europe/Lisbon, "
         "whichever gives the controller the later day.")),
        ("en", None, ["Asia/Tokyo"],
         ("Periods are counted by Article 3 of Regulation (EEC, Euratom) No 1182/71, with weekends "
         "but no public holidays, and days in Asia/Tokyo.")),
        ("da", "SE", [],
         ("Frister beregnes efter artikel 3 i forordning (EØF, Euratom) nr. 1182/71, med "
         "helligdagene i Sverige og dage i tidszonen ved databehandlerens hjemsted.")),
    ],
)  # fmt: skip
def test_the_rule_of_counting_is_a_sentence(
    language: str, place: str | None, zones: list[str], printed: str
) -> None:
    assert periods.sentence(Words(language), place, zones) == printed


def made(**more: Any) -> Version:
    parties = (Party("org_v", "v", "V", time_zone="Asia/Tokyo"),
               Party("org_c", "c", "C", time_zone="Europe/Lisbon"))  # fmt: skip
    template = built_in_templates()[0]
    return make_version("agr_1", 1, parties, content(language="en", **more), template,
                        at=AT, by="cli")  # fmt: skip


def test_a_document_names_the_rule_the_calendar_and_the_zones() -> None:
    assert json.loads(made().document)["counting"] == {
        "holidays": "DK", "time_zones": ["Asia/Tokyo", "Europe/Lisbon"],
    }  # fmt: skip
    agreed = NoticeTermsShape().load(notice_terms(time_zone="Europe/Lisbon"))
    document = rendering.as_html(made(notice_terms=agreed))
    assert "Article 3 of Regulation (EEC, Euratom) No 1182/71, with the public holidays" in document
    assert "of Denmark and days in Europe/Lisbon." in document


def test_a_document_of_an_agreement_signed_elsewhere_does_not_claim_the_rule() -> None:
    assert "counting" not in json.loads(made(template_id=SIGNED_ELSEWHERE).document)


CODES = ["return", "audit", "name", "page", "grounds", "security"]


def test_what_a_party_wrote_is_printed_letter_by_letter_even_if_it_reads_like_a_code() -> None:
    """A purpose that is called "return" is no return of data, and "audit" is no clause (h)."""
    agreed = content(language="da", products=CODES, transfer_instructions="delete")
    agreed = replace(
        agreed,
        processing=replace(agreed.processing, purpose="return", data_categories=tuple(CODES)),
        clauses=replace(agreed.clauses, audit="audit", end_of_processing="delete"),
    )
    template = built_in_templates()[0]
    parties = (Party("org_v", "v", "audit"), Party("org_c", "c", "name"))
    version = make_version("agr_1", 1, parties, agreed, template, at=AT, by="cli")
    laid = rendering.laid_out(things.before_sentences(version))
    tables = [*laid["tables"], *(table for annex in laid["annexes"] for table in annex["tables"])]
    rows = [row for table in tables for row in table["rows"]]
    words = Words("da")
    assert (words("purpose"), "return") in rows
    assert (words("data_categories"), ", ".join(CODES)) in rows
    assert (words("products"), ", ".join(CODES)) in rows
    assert (words("audit"), "audit") in rows
    assert (words("transfer_instructions"), "delete") in rows
    assert {(words("name"), "audit"), (words("name"), "name")} <= set(rows)
    assert (words("end_of_processing"), "sletning") in rows


@pytest.mark.parametrize(
    ("language", "refund", "printed"),
    [
        ("en", "none", "prepaid fees are not refunded"),
        ("da", "none", "forudbetaling refunderes ikke"),
        ("sv", "none", "förskott återbetalas inte"),
        ("en", "not_stated", "the text does not say whether prepaid fees are refunded"),
        ("sv", "pro_rata", "förskott återbetalas i proportion"),
    ],
)
def test_each_word_about_a_refund_is_printed(language: str, refund: str, printed: str) -> None:
    terms = loaded(long(notice={"length": MONTH}, remedy={"then": ["agree"], "refund": refund}))
    words = Words(language)
    assert printed in dict(periods.rows(words, to_document(terms)))[words("remedy")]


@pytest.mark.parametrize(
    ("language", "place", "printed"),
    [("en", "DK", "Denmark"), ("da", "DE-BY", "Tyskland (DE-BY)"),
     ("sv", "GB", "Storbritannien (alla regioner)")],
)  # fmt: skip
@pytest.mark.parametrize("form", [notice_terms, long])
def test_a_calendar_is_printed_with_its_name(
    language: str, place: str, printed: str, form: Callable[..., dict[str, Any]]
) -> None:
    terms = loaded(form(notice={"length": {"value": 30, "unit": "days"}}, holidays=place))
    words = Words(language)
    assert dict(periods.rows(words, to_document(terms)))[words("holidays")] == printed


def test_an_end_of_which_the_text_says_nothing_is_no_number_of_days() -> None:
    terms = loaded(long(notice={"length": MONTH}, end_of_processing={"choice": None}))
    assert dict(periods.rows(Words("en"), to_document(terms)))["Data at the end"] == "not agreed"


@pytest.mark.parametrize(
    ("language", "printed"),
    [("en", "a web page, e-mail"), ("da", "en webside, e-mail"), ("sv", "en webbsida, e-post")],
)
def test_a_page_of_the_web_is_no_page_of_the_document(language: str, printed: str) -> None:
    terms = loaded(long(notice={"length": MONTH}, channels=["page", "email"]))
    made = things.before_sentences(made_in(language, notice_terms=to_document(terms)))
    document = rendering.laid_out(made)
    words = Words(language)
    rows = [row for table in document["tables"] for row in table["rows"]]
    assert (words("channels"), printed) in rows


def made_in(language: str, **more: Any) -> Version:
    parties = (Party("org_v", "v", "V"), Party("org_c", "c", "C"))
    template = built_in_templates()[0]
    return make_version("agr_1", 1, parties, content(language=language, **more), template,
                        at=AT, by="cli")  # fmt: skip
