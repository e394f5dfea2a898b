"""What documents list, how two of them differ, and which terms customers may choose."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from services.agreements.contract.annex import Annex, annex_from
from services.agreements.contract.comparing import changes
from services.agreements.contract.contents import ContentsContradict, check
from services.agreements.contract.shortfalls import SETTLED, shortfalls
from services.agreements.contract.terms import NoticeTerms
from services.agreements.contract.wording import (
    ByCountry,
    Template,
    Texts,
    built_in_templates,
)
from services.agreements.model.document import make_version, read
from tests.unit.agreements import things
from tests.unit.agreements.things import AT, TODAY, content, version
from tests.unit.registry.golden import listed as listed_in
from tests.unit.registry.golden import rows

ENTRY: dict[str, Any] = {"id": "sub_1", "legal_name": "Acme", "purpose": {"en": "Hosting"}}


def listed(**more: Any) -> Annex:
    return annex_from([{**ENTRY, **more}], TODAY, "en", ())


@pytest.mark.parametrize(
    ("now", "matches"),
    [
        (listed(), True),
        (replace(listed(), as_of=date(2027, 1, 1)), True),  # Only the day is another.
        (listed(legal_name="Acme 2"), False),
        (annex_from([], TODAY, "en", ()), False),
        (annex_from(None, TODAY, "en", ()), False),
    ],
)
def test_a_document_is_outdated_when_its_list_is_another(now: Annex, matches: bool) -> None:
    assert now.matches(listed().members()) is matches
    assert not now.matches(None)


ADDED = {"id": "chg_1", "kind": "add", "effective_on": "2027-04-15", "sub_processor": ENTRY,
         "previous": None}  # fmt: skip
REPLACED = {**ADDED, "kind": "replace", "previous": {**ENTRY, "id": "sub_0", "legal_name": "Old"}}


def coming(*announced: dict[str, Any], products: tuple[str, ...] = ()) -> Annex:
    return annex_from([ENTRY], date(2027, 3, 22), "en", products, announced)


def test_the_list_names_coming_changes_and_is_outdated_when_they_are_others() -> None:
    [row] = coming(ADDED).coming
    assert (row["change_id"], row["kind"], row["effective_on"], row["purpose"]) == (
        "chg_1", "add", "2027-04-15", "Hosting",
    )  # fmt: skip
    assert coming(ADDED).matches(coming(ADDED).members())
    assert not coming(ADDED).matches(coming().members())
    assert not coming().matches(coming(ADDED).members())
    assert not coming(ADDED).matches(coming({**ADDED, "effective_on": "2027-04-16"}).members())


def test_a_replacement_that_is_to_come_names_both() -> None:
    kinds = [(row["legal_name"], row["kind"]) for row in coming(REPLACED).coming]
    assert kinds == [("Acme", "add"), ("Old", "remove")]


STAGES = rows("golden_coming.txt", Path(__file__).parent)


@pytest.mark.parametrize("case", STAGES, ids=[" ".join(case[:3]) for case in STAGES])
def test_what_is_to_come_depends_on_whether_the_vendor_engages_it(case: tuple[str, ...]) -> None:
    kind, before, after, named, _ = case
    old, new = (
        None if stage == "-" else {**ENTRY, "id": which, "stage": stage}
        for which, stage in (("old", before), ("new", after))
    )
    change = {**ADDED, "kind": kind, "previous": old, "sub_processor": new}

    shown = [f"{row['kind']} {row['id']}" for row in coming(change).coming]

    assert shown == listed_in(named)


@pytest.mark.parametrize(
    ("stage", "is_listed"),
    [(None, True), ("active", True), ("only_if_enabled", True), ("planned", False),
     ("chosen_by_customer", False)],
)  # fmt: skip
def test_the_list_holds_whom_the_vendor_engages(stage: str | None, is_listed: bool) -> None:
    assert [row["id"] for row in listed(stage=stage).items] == ["sub_1"] * is_listed


def test_a_row_says_of_an_option_that_it_is_one_and_since_when_it_is_listed() -> None:
    [option] = listed(stage="only_if_enabled", listed_since="2025-01-01").items
    assert (option["stage"], option["since"]) == ("only_if_enabled", "2025-01-01")
    [active] = listed(stage="active", listed_since=None, valid_from="2026-01-01").items
    assert ("stage" in active, active["since"]) == (False, "2026-01-01")


def test_a_row_names_its_products_and_the_entry_of_the_list_that_engages_it() -> None:
    below = {**ENTRY, "id": "sub_2", "legal_name": "Below", "parent_id": "sub_1"}
    orphan = {**below, "id": "sub_3", "legal_name": "Orphan", "parent_id": "sub_9"}
    rows = annex_from([ENTRY, below, {**orphan, "products": ["crm"]}], TODAY, "en", ()).items
    assert [(row["id"], row.get("engaged_by"), row.get("products")) for row in rows] == [
        ("sub_1", None, None),
        ("sub_2", "Acme", None),
        ("sub_3", None, ["crm"]),
    ]


def test_a_removal_that_is_to_come_names_the_entry_without_its_first_day() -> None:
    leaves = {**ENTRY, "valid_from": "2026-01-01"}
    removed = {**ADDED, "kind": "remove", "sub_processor": None, "previous": leaves}
    [row] = coming(removed).coming
    assert (row["legal_name"], row["kind"], row["since"]) == ("Acme", "remove", None)


def test_what_has_taken_effect_or_serves_other_products_is_not_to_come() -> None:
    assert not coming({**ADDED, "effective_on": "2027-03-22"}).coming
    other = {**ADDED, "sub_processor": {**ENTRY, "products": ["crm"]}}
    assert not coming(other, products=("erp",)).coming


def test_a_document_of_before_coming_changes_were_listed_is_true_while_there_are_none() -> None:
    members = {name: value for name, value in coming().members().items() if name != "coming"}
    assert coming().matches(members)
    assert not coming(ADDED).matches(members)


def test_no_register_is_not_the_same_as_an_empty_one() -> None:
    assert not annex_from(None, TODAY, "en", ()).matches(annex_from([], TODAY, "en", ()).members())


@pytest.mark.parametrize(
    ("of_entry", "of_agreement", "is_listed"),
    [((), (), True), (("a",), (), True), ((), ("b",), True), (("a",), ("b",), False)],
)
def test_the_list_holds_what_serves_the_products_of_the_agreement(
    of_entry: tuple[str, ...], of_agreement: tuple[str, ...], is_listed: bool
) -> None:
    annex = annex_from([{**ENTRY, "products": of_entry}], TODAY, "en", of_agreement)

    assert bool(annex.items) is is_listed


def test_a_row_joins_address_and_contact_and_leaves_out_what_is_missing() -> None:
    address = {"street": "Gade 1", "postal_code": "2100", "city": "København", "country": "DK"}
    contact = {"name": "N", "email": "n@x.test"}
    row = listed(address=address, contact=contact).items[0]

    assert (row["address"], row["contact"]) == ("Gade 1, 2100 København, DK", "N, n@x.test")
    assert (listed().items[0]["address"], listed().items[0]["contact"]) == (None, None)


def test_the_list_is_sorted_by_name_whatever_its_case() -> None:
    entries = [{**ENTRY, "id": name, "legal_name": name} for name in ("b", "C", "A")]

    assert [row["id"] for row in annex_from(entries, TODAY, "en", ()).items] == ["A", "b", "C"]


@pytest.mark.parametrize(
    ("before", "after", "differences"),
    [
        ({"a": 1}, {"a": 1}, []),
        ({"a": 1}, {"a": 2}, [{"pointer": "/a", "before": 1, "after": 2}]),
        ({"a": {"b": 1}}, {"a": {"b": 2}}, [{"pointer": "/a/b", "before": 1, "after": 2}]),
        ({}, {"a": 1}, [{"pointer": "/a", "before": None, "after": 1}]),
        # A list of products is one term.
        ({"a": ["x"]}, {"a": ["x", "y"]},
         [{"pointer": "/a", "before": ["x"], "after": ["x", "y"]}]),
        # Every version has these anew.
        ({"version": 1, "made_at": "x"}, {"version": 2, "made_at": "y"}, []),
        # Of the list of sub-processors only who is on it.
        ({"sub_processors": {"as_of": "x", "items": [ENTRY]}}, {},
         [{"pointer": "/sub_processors/sub_1", "before": "Acme", "after": None}]),
    ],
)  # fmt: skip
def test_the_differences_of_two_documents(
    before: dict[str, Any], after: dict[str, Any], differences: list[dict[str, Any]]
) -> None:
    assert changes(before, after) == differences


def test_an_amendment_names_what_it_changes_and_has_its_own_members() -> None:
    first = version()
    second = make_version(
        "agr_1", 2, (things.VENDOR, things.CUSTOMER), content(deletion_days=7),
        built_in_templates()[0], at=AT, by="cli", amends=first, more={"extra": True},
    )  # fmt: skip

    assert read(second)["amends"] == {
        "version": 1,
        "changes": [
            {"pointer": "/deletion_days", "before": first.content.deletion_days, "after": 7},
            {"pointer": "/extra", "before": None, "after": True},
        ],
    }


TERMS = content().notice_terms


@pytest.mark.parametrize(
    ("terms", "offered"),
    [
        (TERMS, True),
        (replace(TERMS, contacts=()), True),  # Whom to notify is the customer's own.
        (replace(TERMS, channels=TERMS.channels[:1]), True),
        (replace(TERMS, channels=(*TERMS.channels, "fax")), False),
        (replace(TERMS, notice_days=31), False),
    ],
)
def test_a_customer_may_choose_published_terms_with_its_own_contacts(
    terms: NoticeTerms, offered: bool
) -> None:
    assert things.published().offers(terms) is offered


def test_law_language_and_region_follow_from_the_country() -> None:
    base = things.content()
    texts = {each: Texts(base.processing, base.clauses) for each in ("sv", "de")}
    terms = things.published(region=ByCountry("eu-north", {"SE": "se-1"}), texts=texts)
    swedish = terms.content("tpl", "SE", TERMS, from_day=TODAY)
    german = terms.content("tpl", "DE", TERMS, from_day=TODAY, language="de", products=("a",))

    assert (swedish.governing_law, swedish.language, swedish.region) == ("SE", "sv", "se-1")
    assert (german.governing_law, german.language, german.region) == ("DK", "de", "eu-north")
    assert (swedish.products, german.products) == (("a", "b"), ("a",))
    assert things.published().content("tpl", "SE", TERMS, from_day=TODAY).region is None


def test_contents_are_in_the_language_of_the_document_or_the_document_in_theirs() -> None:
    """No document has two languages; the template says which one it promises and lacks."""
    base = things.content()
    danish = Texts(base.processing, replace(base.clauses, audit="Hvert år."), region="Danmark")
    terms = things.published(
        language=ByCountry("en", {"SE": "sv", "DK": "da-DK"}), texts={"da": danish}
    )
    assert (sorted(terms.languages), terms.missing_languages) == (["da", "en"], ["sv"])
    for country, language, audit, region in (
        ("DK", "da-DK", "Hvert år.", "Danmark"),
        ("SE", "en", base.clauses.audit, None),
        ("FR", "en", base.clauses.audit, None),
    ):
        made = terms.content("tpl", country, TERMS, from_day=TODAY)
        assert (made.language, made.clauses.audit, made.region) == (language, audit, region)
    own = replace(built_in_templates()[2], published=terms)
    assert (own.missing_languages, built_in_templates()[2].missing_languages) == (["sv"], [])


def test_contents_may_be_in_another_language_than_the_default_of_documents() -> None:
    terms = things.published(contents_language="da", language=ByCountry("en"))
    assert terms.missing_languages == ["en"]
    assert terms.content("tpl", "DE", TERMS, from_day=TODAY).language == "da"


def test_shortfalls_name_each_term_that_is_worse_than_published() -> None:
    own = Template(
        id="tpl", owner="org_v", name="Ours", kind="own", reference=None, sections=(),
        created_at=AT, published=things.published(), covers=dict.fromkeys(SETTLED, "1"),
    )  # fmt: skip
    same = replace(content(), deletion_days=30)
    worse = replace(same, deletion_days=31, notice_terms=replace(TERMS, notice_days=29))

    assert shortfalls(own, same) == ()
    assert [finding.code for finding in shortfalls(own, worse)] == [
        "notice-days-weaker-than-template",
        "deletion-days-weaker-than-template",
    ]


def test_a_template_is_visible_to_its_owner_and_a_built_in_one_to_all() -> None:
    built_in = built_in_templates()[2]
    own = replace(built_in, owner="org_v", sections=())

    assert (built_in.built_in, built_in.visible_to("org_x")) == (True, True)
    assert (own.built_in, own.visible_to("org_v"), own.visible_to("org_x")) == (False, True, False)
    assert ("en" in built_in.languages, own.languages) == (True, [])


@pytest.mark.parametrize(
    ("members", "pointer"),
    [
        ({"expires_on": "2026-12-01"}, None),
        ({"expires_on": "2026-11-22"}, "/expires_on"),
        ({"expires_on": "2026-11-21"}, "/expires_on"),
    ],
)
def test_the_last_day_comes_after_the_first(members: dict[str, Any], pointer: str | None) -> None:
    made = content(effective_from="2026-11-22", **members)

    if pointer is None:
        check(made)
        return
    with pytest.raises(ContentsContradict) as refusal:
        check(made)
    assert [error["pointer"] for error in refusal.value.errors] == [pointer]


def test_an_amendment_names_the_changes_that_have_come_into_the_list() -> None:
    """Listed: one entry. Coming: its removal, which is then put off by a day."""
    row = {"change_id": "chg_1", "kind": "remove", "legal_name": "Mail Inc.",
           "effective_on": "2026-12-24"}  # fmt: skip
    listed = {"items": [{"id": "sub_1", "legal_name": "Mail Inc."}]}
    before = {"sub_processors": listed}
    after = {"sub_processors": {**listed, "coming": [row]}}
    pointer = "/sub_processors/chg_1:remove"
    assert changes(before, after) == [
        {"pointer": pointer, "before": None, "after": "Mail Inc., 2026-12-24"}
    ]
    later = {"sub_processors": {**listed, "coming": [{**row, "effective_on": "2026-12-25"}]}}
    assert changes(after, later) == [
        {"pointer": pointer, "before": "Mail Inc., 2026-12-24", "after": "Mail Inc., 2026-12-25"}
    ]
