"""The form of evidence: what it offers is what the doors take, in each language."""

from __future__ import annotations

import json
from datetime import date
from importlib.resources import files
from typing import Any

import pytest

from services.registry.schemas.entries import INSTRUMENTS, MechanismIn
from services.registry.transfers import (
    Circumstances,
    Instrument,
    Scope,
    load_instruments,
)
from services.registry.transfers.evidence import Question, gaps
from services.registry.transfers.evidence_form import TYPES, Field, form, wrong_values
from services.registry.transfers.laws import law_of
from services.registry.transfers.parts import Days, OpenCase
from services.registry.transfers.wording import LANGUAGES, Language

SHIPPED = load_instruments()
DATA: dict[str, Any] = json.loads(
    files("services.registry").joinpath("data", "evidence.json").read_text("utf-8")
)
Json = dict[str, Any]

# A value of each type that its field takes, and values that it refuses.
GOOD: Json = {"text": "T-1", "day": "2020-09-01", "flag": True, "texts": ["A Inc."],
              "url": "https://list.example/a"}  # fmt: skip
BAD: dict[str, list[Any]] = {
    "text": ["", " ", 3, True, ["a"], {"a": 1}, "x" * 501, "a\x00b", None],
    "day": ["2026-02-30", "2026-W01-1", "1 May", 20260101, True, ["2026-01-01"], ""],
    "flag": ["true", 1, 0, "yes", [True]],
    "texts": ["A Inc.", [""], [1], {"a": "b"}, ["x" * 501], ["a"] * 51],
    "url": ["javascript:alert(1)", "ftp://a.example", "list.example", "https://", 7,
            "http://a b.example", "https://user@a.example"],
    "choice": ["unsure", True, ["equivalent"], ""],
    "choices": [[], "3", "other", [1, 9], True, {"a": 1}],
}  # fmt: skip


def filled(instrument: Instrument) -> Json:
    """The form as a careful person fills it: every field that speaks for the transfer."""
    against = {*instrument.scope.none, *(case.fact for case in instrument.open_when)}
    against |= {fact for scope in instrument.footnotes.values() for fact in scope.none}
    values = {each["name"]: _answer(each) for each in form(instrument, "en")}
    return {name: False if name in against else value for name, value in values.items()}


def _answer(field: Json) -> Any:
    if field["type"] == "choices":
        return [choice["value"] for choice in field["choices"]]
    if field["type"] == "choice":
        return field["choices"][0]["value"]
    return GOOD[field["type"]]


def loaded(instrument_id: str, evidence: Json) -> Json:
    token = INSTRUMENTS.set(SHIPPED)
    try:
        read: Json = MechanismIn().load({"instrument_id": instrument_id, "evidence": evidence})
        return read
    finally:
        INSTRUMENTS.reset(token)


@pytest.mark.parametrize("instrument", SHIPPED.values(), ids=SHIPPED)
def test_a_filled_form_is_taken_by_the_door(instrument: Instrument) -> None:
    evidence = filled(instrument)

    assert loaded(instrument.id, evidence)["evidence"] == evidence


@pytest.mark.parametrize("instrument", SHIPPED.values(), ids=SHIPPED)
def test_a_filled_form_leaves_no_gap(instrument: Instrument) -> None:
    days = {"signed_on": str(instrument.valid_from), "due_on": "2999-01-01"}
    # What the entry itself says is read like evidence, and is on no form of a mechanism.
    evidence = {**filled(instrument), **days, "exporter_is_public_authority": True}
    day = max(instrument.valid_from, date(2021, 9, 1))
    law = law_of("DK", day)
    assert law is not None
    question = Question(day, Circumstances(), "DK", law)

    lacking = gaps(instrument, evidence, question)

    assert len(lacking) == (0 if instrument.complete else 1), lacking


@pytest.mark.parametrize("instrument", SHIPPED.values(), ids=SHIPPED)
def test_each_field_refuses_what_is_not_of_its_type(instrument: Instrument) -> None:
    for field in form(instrument, "en"):
        for value in BAD[field["type"]]:
            wrong = wrong_values(instrument, {field["name"]: value})
            assert list(wrong) == [field["name"]], (field["name"], value)
            assert wrong[field["name"]].startswith("Write ")


@pytest.mark.parametrize("instrument", SHIPPED.values(), ids=SHIPPED)
def test_what_the_verdict_requires_is_a_required_field(instrument: Instrument) -> None:
    required = {each["name"] for each in form(instrument, "en") if each["required"]}

    facts = {*instrument.requires, *instrument.scope.all} - {
        "exporter_is_public_authority", "data_combined",
    }  # fmt: skip
    assert facts <= required


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_form_is_in_one_language(language: Language) -> None:
    for instrument in SHIPPED.values():
        for field, other in zip(form(instrument, language), form(instrument, "en"), strict=True):
            assert field["label"]
            assert field["help"]
            assert (field["help"] != other["help"]) == (language != "en"), field["name"]


def test_every_member_of_the_table_belongs_to_an_instrument() -> None:
    asked = {each["name"] for known in SHIPPED.values() for each in form(known, "en")}

    assert asked == set(DATA["members"])


def test_every_text_stands_in_three_languages() -> None:
    worded = list(DATA["help"].values())
    for member in DATA["members"].values():
        assert member["type"] in TYPES
        worded += [member["label"], member.get("help", member["label"])]
        worded += [choice["label"] for choice in member.get("choices", ())]
    assert all(set(each) == set(LANGUAGES) and all(each.values()) for each in worded)


def test_the_form_says_when_a_field_counts() -> None:
    fields = {each["name"]: each for each in form(SHIPPED["scc-2021-914"], "en")}
    assert fields["tia_on"]["when"] == {
        "first": date(2020, 7, 16), "last": None, "countries": None, "modules": [1, 2, 3],
        "or_if": "data_combined",
    }  # fmt: skip
    assert fields["signed_on"]["when"] is None
    canada = {each["name"]: each for each in form(SHIPPED["uk-dpa-2018-sch-21"], "en")}
    assert canada["recipient_is_pipeda_commercial_organisation"]["when"]["countries"] == ["CA"]


def test_an_instrument_of_the_platform_has_a_form_too() -> None:
    scope = Scope("recipient", "Members", all=("is_member",), none=("is_suspended",))
    asked = ("is_member", "register_number", "joined_on")
    recorded = Instrument(
        "x-1", "adequacy", "X", "Art. 45", date(2021, 6, 27), requires=asked, scope=scope
    )

    fields = {each["name"]: each for each in form(recorded, "sv")}

    assert [(name, each["type"], each["required"]) for name, each in fields.items()] == [
        ("is_member", "flag", True), ("register_number", "text", True), ("joined_on", "day", True),
        ("is_suspended", "flag", False), ("evidence_url", "url", False), ("seen_on", "day", False),
    ]  # fmt: skip
    assert fields["register_number"]["label"] == "Register number"
    assert fields["is_suspended"]["help"].startswith("Grunden omfattar inte")


def of_the_platform() -> Instrument:
    """An instrument with everything that a form can ask about."""
    disputed = tuple(OpenCase(fact, True, "q-1", "valid") for fact in ("is_new", "is_old"))
    return Instrument(
        "x-2", "adequacy", "X", "Art. 45", date(2021, 6, 27),
        requires=("module", "reviewed_on"), modules=(2, 3),
        scope=Scope("recipient", "Members", all=("is_member",), none=("is_suspended",)),
        footnotes={"CA": Scope("sector", "Firms", all=("is_firm",), none=("is_military",))},
        open_when=disputed,
        fact_days={"is_member": Days(date(2024, 1, 1), date(2025, 1, 1))},
    )  # fmt: skip


def test_the_form_says_of_each_fact_what_its_answer_decides() -> None:
    fields = [each for each in form(of_the_platform(), "da") if each["type"] == "flag"]
    use = {texts["da"]: name for name, texts in DATA["help"].items()}

    assert [(each["name"], use.get(each["help"]), each["required"]) for each in fields] == [
        ("is_member", "must_be_true", True), ("is_suspended", "must_be_false", False),
        ("is_new", "open", False), ("is_old", "open", False),
        ("is_firm", "must_be_true", True), ("is_military", "must_be_false", False),
        ("docking_clause", None, False),
    ]  # fmt: skip
    times = [each["when"] and (each["when"]["first"], each["when"]["countries"]) for each in fields]
    assert times == [
        (date(2024, 1, 1), None), None, None, None, (None, ["CA"]), (None, ["CA"]), None,
    ]  # fmt: skip


def test_a_field_has_the_words_of_the_table_and_a_fact_those_of_verdicts() -> None:
    module, reviewed = form(of_the_platform(), "da")[:2]

    assert module == {
        "name": "module", "type": "choices", "label": "Modul",
        "help": "Det modul, der er underskrevet. Mellem to databehandlere er det modul 3.",
        "choices": [
            {"value": 2, "label": "2: dataansvarlig til databehandler"},
            {"value": 3, "label": "3: databehandler til databehandler"},
        ],
        "required": True, "when": None,
    }  # fmt: skip
    assert reviewed == {
        "name": "reviewed_on", "type": "day", "label": "Dagen for den seneste gennemgang",
        "help": "Den, der driver denne installation, beder om det.",
        "choices": [], "required": True, "when": None,
    }  # fmt: skip


TWO = ({"value": 1}, {"value": "other"})


@pytest.mark.parametrize(
    ("field", "sentence"),
    [
        (Field("a", "text"), "Write a text of 1 to 500 characters."),
        (Field("a", "day"), "Write a day of the calendar as YYYY-MM-DD."),
        (Field("a", "choice", TWO), 'Write one of: 1, "other".'),
        (Field("a", "choices", TWO), 'Write one of: 1, "other", or several as a list.'),
    ],
)
def test_a_refusal_says_what_to_write(field: Field, sentence: str) -> None:
    assert field.refusal == sentence


@pytest.mark.parametrize(
    ("field", "value", "taken"),
    [
        (Field("a", "text"), "x" * 500, True),
        (Field("a", "text"), "x" * 501, False),
        (Field("a", "texts"), ["x"] * 50, True),
        (Field("a", "texts"), ["x"] * 51, False),
        (Field("a", "texts"), ["x", ""], False),
        (Field("a", "choices", TWO), [1], True),
        (Field("a", "choices", TWO), [1] * 50, True),
        (Field("a", "choices", TWO), [1] * 51, False),
    ],
)
def test_a_field_takes_500_characters_and_50_items(
    field: Field, value: object, taken: bool
) -> None:
    assert field.takes(value) is taken


def test_a_certificate_is_described_as_its_register_shows_it() -> None:
    names = [each["name"] for each in form(SHIPPED["certification"], "en")]
    assert {"certificate_scheme", "certificate_register_url", "certificate_scope", "due_on"} <= set(
        names
    )
