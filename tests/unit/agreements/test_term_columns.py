"""The long form of notice terms goes through a CSV file and comes back whole."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from marshmallow import ValidationError

from services.agreements.api import term_columns
from services.agreements.api.import_file import column_of, read_cell, rows
from services.agreements.contract.contents import check
from services.agreements.contract.promises import CHOICES, FIXED_ENDS, PER
from services.agreements.contract.terms import (
    ENDS,
    GROUNDS,
    KINDS,
    LONGEST,
    REFUNDS,
    REMEDIES,
    SILENCES,
    STARTS,
    NoticeTerms,
)
from services.agreements.schemas.notice_terms import NoticeTermsShape
from shared.documents import from_wire, to_document
from shared.sheets import line
from tests.unit.agreements import things

CHOSEN = {
    "unit": st.sampled_from([*LONGEST]), "starts": st.sampled_from(STARTS),
    "ends": st.sampled_from(ENDS), "silence": st.sampled_from(SILENCES),
    "grounds": st.sampled_from(GROUNDS), "refund": st.sampled_from(REFUNDS),
    "choice": st.sampled_from(CHOICES), "if_nobody_chooses": st.sampled_from(FIXED_ENDS),
    "per": st.sampled_from(PER), "time_zone": st.sampled_from(["Europe/Oslo", "Asia/Tokyo"]),
    "owed_for": st.lists(st.sampled_from(KINDS), unique=True, min_size=1),
    "then": st.lists(st.sampled_from(REMEDIES), unique=True, min_size=1),
}  # fmt: skip
WORDS = st.text("abcdefghæøå ", min_size=1, max_size=20).map(str.strip).filter(bool)


LENGTHS = st.fixed_dictionaries({"value": st.integers(1, 10), "unit": CHOSEN["unit"]})
PERIODS = st.fixed_dictionaries({"notice": st.fixed_dictionaries({"length": LENGTHS})})
SEVERAL = {
    "also": st.lists(PERIODS, min_size=1, max_size=2),
    "by_kind": st.dictionaries(st.sampled_from(KINDS), PERIODS, min_size=1, max_size=2),
    "other": st.dictionaries(st.sampled_from(["a", "b_2"]), WORDS | st.integers(0, 9), min_size=1),
}  # fmt: skip


def value_of(name: str) -> st.SearchStrategy[Any]:
    if name in SEVERAL:
        return SEVERAL[name]
    last = term_columns.COLUMNS[name][-1]
    if name in term_columns.NUMBERS:
        return st.integers(1, 10)
    return st.booleans() if name in term_columns.FLAGS else CHOSEN.get(last, WORDS)


def whole(values: dict[str, Any]) -> dict[str, Any]:
    """Without half a length: a number has its unit."""
    for name in [*values]:
        for one, other in (("_value", "_unit"), ("_unit", "_value")):
            if name.endswith(one) and name.removesuffix(one) + other not in values:
                values.pop(name, None)
    return values


CELLS = st.fixed_dictionaries({}, optional={name: value_of(name) for name in term_columns.COLUMNS})


def loaded(members: dict[str, Any]) -> NoticeTerms:
    base = {"holidays": "SE", "channels": ["email"], "notice": {}, "objection": {}}
    return from_wire(NoticeTerms, NoticeTermsShape().load({**base, **members}))


@settings(max_examples=150, deadline=None)
@given(CELLS.map(whole))
def test_what_is_exported_can_be_imported_again(values: dict[str, Any]) -> None:
    try:
        terms = loaded(term_columns.members(values))
    except ValidationError:
        assume(False)
    text = line([*term_columns.COLUMNS]) + line(term_columns.cells(NoticeTermsShape().dump(terms)))
    [cells] = csv.DictReader(io.StringIO(text, newline=""))
    values = {name: read_cell(name, cell) for name, cell in cells.items() if cell}
    assert loaded(term_columns.members(values)) == terms


@pytest.mark.parametrize("name", term_columns.COLUMNS)
def test_an_error_is_told_at_the_column_of_its_member(name: str) -> None:
    path = "/".join(term_columns.COLUMNS[name])
    assert column_of(f"/content/notice_terms/{path}") == name


def test_a_file_in_the_long_form_needs_no_days() -> None:
    told = {
        "reference": "DPA-1", "controller": "nordbo", "signed_on": "2024-05-02",
        "pdf_sha256": "0" * 64, "governing_law": "SE", "effective_from": "2024-06-01",
        "authorisation": "general", "channels": "email; page", "holidays": "SE",
        "notice_length_value": "2", "notice_length_unit": "months", "notice_starts": "published",
        "objection_length_value": "10", "objection_length_unit": "business_days",
        "objection_silence": "consent", "eves": "true", "breach_hours": "48",
        "breach_soft": "true", "remedy_then": "exclude; terminate", "processor_name": "Ada",
        "processor_title": "CEO", "processor_email": "ada@v.example", "controller_name": "Ida",
        "controller_title": "CEO", "controller_email": "ida@n.example",
    }  # fmt: skip
    [read] = rows((line([*told]) + line([*told.values()])).encode())
    assert not read.errors
    terms = from_wire(NoticeTerms, read.cells["content"]["notice_terms"])
    check(things.content(notice_terms=to_document(terms)))
    assert terms.notice
    assert to_document(terms.notice)["length"] == {"value": 2, "unit": "months"}
    assert terms.remedy
    assert terms.remedy.then == ("exclude", "terminate")
    assert terms.breach
    assert (terms.breach.hours, terms.breach.soft) == (48, True)


@pytest.mark.parametrize(
    ("cell", "text"),
    [("notice_length_value", "many"), ("notice_length_unit", "moons"), ("eves", "perhaps"),
     ("objection_ends", "never"), ("audit_times", "0")],
)  # fmt: skip
def test_a_cell_that_cannot_be_is_refused_at_its_column(cell: str, text: str) -> None:
    told = {"reference": "x", "pdf_sha256": "0" * 64, "notice_length_value": "1",
            "notice_length_unit": "months", cell: text}  # fmt: skip
    [read] = rows((line([*told]) + line([*told.values()])).encode())
    assert cell in [column_of(each["pointer"]) for each in read.errors]


@pytest.mark.parametrize("name", ["also", "by_kind", "other"])
@pytest.mark.parametrize("text", ["annex II: 30 days", "[", '{"a": 1, "a": 2}', "NaN", "30", '"x"'])
def test_a_cell_of_several_members_that_says_none_is_refused(name: str, text: str) -> None:
    with pytest.raises(ValidationError) as refusal:
        loaded({name: read_cell(name, text)})
    assert list(refusal.value.messages_dict) == [name]


def test_an_error_within_a_cell_is_told_at_its_column() -> None:
    assert column_of("/content/notice_terms/also/0/notice/length/value") == "also"
    assert column_of("/content/notice_terms/by_kind/add/value/notice") == "by_kind"
    assert column_of("/content/notice_terms/other/a/value") == "other"
