"""What kind of change it is."""

from __future__ import annotations

import json
from typing import Any

import pytest

from services.registry.linter import MATERIALITY, is_weaker, materiality
from services.registry.linter.members import members, table
from services.registry.linter.spelling import same_spelling
from services.registry.schemas.entries import SubProcessorIn
from services.registry.transfers import Verdict, load_instruments
from tests.unit.registry.golden import rows

Entry = dict[str, Any]
LINES = rows("golden_materiality.txt")


def entry(**members: Any) -> Entry:
    """An entry in Ireland with a valid basis and nothing special."""
    return {
        "legal_name": "Example Mail, Inc.",
        "registration_number": "12-34",
        "country": "IE",
        "data_categories": ["e-mail address"],
        "special_categories": False,
        "affiliate": False,
        "ai_use": "none",
        "locations": [place("IE", "no_transfer")],
    } | members


def place(country: str, status: str, instrument_id: str | None = None) -> Entry:
    return {"country": country, "verdict": {"status": status, "instrument_id": instrument_id}}


US_DPF = place("US", "valid", "eu-us-dpf")
US_SCC = place("US", "valid", "scc-2021-914")
US_CONSENT = place("US", "valid", "derogation-a")
US_UNPROVEN = place("US", "unproven", "scc-2021-914")
US_VALID, AT_HOME, UNTOLD = place("US", "valid"), place("US", "no_transfer"), {"country": "CA"}
EPO = {"organisation": "EPO", "verdict": {"status": "valid", "instrument_id": None}}
EPO_UNPROVEN = {"organisation": "EPO", "verdict": {"status": "unproven", "instrument_id": None}}


def test_an_addition_abroad_is_a_new_entity_in_a_new_country() -> None:
    assert materiality(None, entry(), kind="add") == ("new_entity", "new_country")


def test_an_addition_at_home_is_a_new_entity_only() -> None:
    home = entry(country="DK", locations=[place("DK", "no_transfer")])
    assert materiality(None, home, kind="add", exporter="DK") == ("new_entity",)


@pytest.mark.parametrize("number", ["12-34", " 12-34 "])
def test_another_task_of_a_company_on_the_list_is_a_new_role(number: str) -> None:
    known = materiality(None, entry(), kind="add", known_companies=[number])
    assert known == ("new_role", "new_country")
    alone = entry(registration_number=None)
    assert materiality(None, alone, kind="add", known_companies=["12-34"])[0] == "new_entity"
    assert materiality(entry(), entry(), known_companies=["12-34"]) == ()


def test_a_removal_and_an_empty_modification_have_no_word() -> None:
    assert materiality(entry(), None, kind="remove") == ()
    assert materiality(entry(), entry()) == ()


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        ({}, {"legal_name": "Example Post, Inc."}, ("rename",)),
        ({}, {"legal_name": " example mail,  inc."}, ()),
        ({}, {"legal_name": "ExampleMail,Inc."}, ()),
        ({"locations": [EPO]}, {"locations": [{**EPO, "organisation": "UN"}]}, ("new_country",)),
        ({}, {"locations": [place("IE", "no_transfer"), {"kind": "storage"}]}, ()),
        ({"hr_data": "yes"}, {"hr_data": "yes"}, ()),
        ({}, {"registration_number": "56-78"}, ("new_entity",)),
        ({}, {"legal_name": "Other Ltd", "registration_number": None}, ("new_entity",)),
        ({}, {"legal_name": None, "registration_number": None}, ("new_entity",)),
        ({"registration_number": None}, {"registration_number": None}, ()),
        ({"registration_number": None}, {}, ()),
        ({"registration_number": None}, {"legal_name": "Other Ltd"}, ("new_entity",)),
        ({"legal_name": None}, {"legal_name": ""}, ()),
        ({"registration_number": ""}, {"registration_number": None}, ()),
        ({}, {"country": "US"}, ("new_country",)),
        ({}, {"country": None}, ()),
        ({}, {"locations": [place("IE", "no_transfer"), EPO]}, ("new_country",)),
        ({}, {"locations": [place("IE", "no_transfer"), US_DPF]}, ("new_country",)),
        ({"locations": [US_DPF]}, {}, ()),
        ({}, {"data_categories": ["e-mail address", "health"]}, ("new_data_category",)),
        ({}, {"data_categories": ["E-mail Address"]}, ()),
        ({}, {"special_categories": True}, ("new_data_category",)),
        ({"special_categories": True}, {"special_categories": True}, ()),
        ({"special_categories": True}, {}, ()),
        ({"locations": [US_DPF]}, {"locations": [US_UNPROVEN]}, ("basis_downgraded",)),
        ({"locations": [US_DPF]}, {"locations": [US_SCC]}, ("basis_downgraded",)),
        ({"locations": [US_SCC]}, {"locations": [US_DPF]}, ()),
        ({"locations": [US_SCC]}, {"locations": [US_CONSENT]}, ("basis_downgraded",)),
        ({"locations": [US_UNPROVEN]}, {"locations": [US_SCC]}, ()),
        ({"locations": [EPO]}, {"locations": [EPO_UNPROVEN]}, ("basis_downgraded",)),
        ({"locations": [UNTOLD, US_DPF]}, {"locations": [UNTOLD, US_SCC]}, ("basis_downgraded",)),
        ({"locations": [US_SCC, US_DPF]}, {"locations": [US_SCC]}, ()),
        ({"locations": [US_DPF, US_DPF]}, {"locations": [US_SCC, US_DPF]}, ("basis_downgraded",)),
        ({"locations": [AT_HOME]}, {"locations": [US_VALID]}, ("basis_downgraded",)),
        ({"locations": [US_VALID]}, {"locations": [US_DPF]}, ()),
        ({"locations": [US_DPF]}, {"locations": [US_VALID]}, ()),
        ({"locations": [US_VALID]}, {"locations": [US_SCC]}, ("basis_downgraded",)),
        ({}, {"ai_use": "inference"}, ("ai_use",)),
        ({"ai_use": "inference"}, {"ai_use": "training"}, ("ai_use",)),
        ({"ai_use": "both"}, {"ai_use": "training"}, ()),
        ({"ai_use": "training"}, {"ai_use": "none"}, ()),
        ({}, {"affiliate": True}, ("affiliate",)),
        ({"affiliate": True}, {"affiliate": False}, ("affiliate",)),
    ],
)
def test_a_modification_has_the_words_that_fit(
    before: Entry, after: Entry, words: tuple[str, ...]
) -> None:
    assert materiality(entry(**before), entry(**after), kind="modify") == words


def stated(text: str) -> object:
    if text[:1] in ("[", "{"):
        return json.loads(text)
    return {"true": True, "false": False, "-": None}.get(text, text)


@pytest.mark.parametrize("case", LINES, ids=[" ".join(case[:3]) for case in LINES])
def test_what_is_material_of_a_member_is_what_the_table_says(case: tuple[str, ...]) -> None:
    name, before, after, words, source = case
    member, _, when = name.partition(", ")
    one, other = (entry(**{member: stated(text)}) for text in (before, after))
    found = materiality(one, other, published=when != "not published")
    assert " ".join(found) == words.removeprefix("-")
    assert source


def test_what_an_added_entry_says_of_roles_and_powers_is_told_with_it() -> None:
    home = {"country": "DK", "locations": []}
    own = entry(**home, relation="controller_controller", data_combined=True,
                exporter_is_public_authority=True)  # fmt: skip
    assert materiality(None, own, kind="add") == (
        "new_entity", "roles", "data_combined", "public_authority",
    )  # fmt: skip


@pytest.mark.parametrize("kind", ["add", "replace"])
def test_an_addition_or_a_replacement_is_always_a_new_entity(kind: str) -> None:
    assert materiality(entry(), entry(), kind=kind) == ("new_entity",)
    renamed = entry(legal_name="Example Post, Inc.")
    assert materiality(entry(), renamed, kind=kind) == ("new_entity",)


def test_unless_told_otherwise_it_is_a_modification_of_danish_data() -> None:
    assert materiality(entry(), entry(country="DK")) == ()


def test_what_differs_in_a_plan_is_told_as_planned() -> None:
    plan = entry(stage="planned", purpose={"en": "Mail"})
    assert materiality(plan, {**plan, "purpose": {"en": "Hosting"}}) == ("planned", "purpose")
    assert materiality(plan, plan) == ()


@pytest.mark.parametrize(
    ("before", "after", "weaker"),
    [
        (("valid", "eu-us-dpf"), ("valid", "scc-2021-914"), True),
        (("valid", "scc-2021-914"), ("valid", "bcr"), False),
        (("valid", "scc-2021-914"), ("valid", "eu-us-dpf"), False),
        (("valid", "scc-2021-914"), ("valid", "derogation-a"), True),
        (("valid", "scc-2021-914"), ("unproven", "eu-us-dpf"), True),
        (("missing", None), ("valid", "derogation-a"), False),
        (("valid", None), ("valid", "scc-2021-914"), True),
        (("no_transfer", None), ("no_transfer", None), False),
    ],
)
def test_a_place_rests_on_less_by_its_status_then_by_the_kind_of_its_basis(
    before: tuple[str, str | None], after: tuple[str, str | None], weaker: bool
) -> None:
    one, other = (Verdict(status, (), instrument_id=basis) for status, basis in (before, after))
    assert is_weaker(one, other, load_instruments()) is weaker


def test_instruments_of_the_platform_count_when_they_are_given() -> None:
    before, after = entry(locations=[US_DPF]), entry(locations=[US_SCC])
    assert materiality(before, after, instruments={}) == ()


def test_an_addition_brings_new_data_only_beside_what_the_register_knows() -> None:
    known = {"E-mail address"}
    assert "new_data_category" not in materiality(
        None, entry(), kind="add", known_data_categories=known
    )
    health = entry(data_categories=["health"])
    words = materiality(None, health, kind="add", known_data_categories=known)
    assert "new_data_category" in words


def test_the_table_says_of_every_member_of_an_entry_what_is_material_of_it() -> None:
    assert members() == SubProcessorIn().fields.keys()
    assert {line.word for line in table() if line.word} == set(MATERIALITY)
    assert all(line.source for line in table())


@pytest.mark.parametrize("kind", ["add", "replace"])
def test_of_another_entity_what_it_does_is_no_word_of_its_own(kind: str) -> None:
    before = None if kind == "add" else entry(purpose={"en": "Hosting"}, products=["mail"])
    after = entry(purpose={"en": "Mail"}, products=[], required=True, retention="A year",
                  parent_id="sub_1", data_subjects=["users"], categories=["mail"])  # fmt: skip
    assert set(materiality(before, after, kind=kind)) <= {"new_entity", "new_country"}


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("Sends e-mail.", "sends email", True),
        ("Recieves the letters", "Receives the letters", True),
        ("The adress", "the address", True),
        ("Genève", "Geneve", True),
        ("patients", "patents", False),
        ("on", "no", False),
        ("to", "too", False),
        ("by bil", "by bill", True),
        ("from", "form", False),
        ("thier letters", "their letters", True),
        ("lteters", "letters", True),
        ("lettesr", "letters", True),
        ("2 letters", "two letters", False),
        ("encrypted", "unencrypted", False),
        ("within 1.5 days", "within 15 days", False),
        ("11 days", "1 days", False),
        ("not able", "notable", False),
        ("Sends mail", "Sends mail daily", False),
        ("amoral", "maoral", False),
        ("the letters", "hte letters", False),
        ("", ".", True),
        # A sign says something where it is no punctuation.
        ("< 1 year", "> 1 year", False),
        ("\u2264 6 months", "\u2265 6 months", False),
        ("10 % of the logs", "10 of the logs", False),
        ("up to 5 \u20ac", "up to 5 $", False),
        ("Health data: \u2713", "Health data: \u2717", False),
        ("Health data: \u2713\ufe0f", "Health data \u2713", True),
        ("EU | US", "EU, US", True),
        # Many scripts write a vowel or a voice as a mark: another mark is another word.
        ("ガス", "カス", False),
        ("कि", "का", False),
        ("\u05e9\u05c1\u05b8\u05dc\u05d5\u05b9\u05dd", "\u05e9\u05dc\u05d5\u05dd", True),
    ],
)
def test_a_spelling_is_told_from_another_word(one: str, other: str, same: bool) -> None:
    assert same_spelling(one, other) is same_spelling(other, one) is same
