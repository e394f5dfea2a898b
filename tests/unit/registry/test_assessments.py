"""An assessment: its parts agree, and its short form is what the rules of transfers read."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest

from services.registry.model.assessments import (
    Assessment,
    EvidenceRequest,
    Measure,
    check_parts,
    names_record,
)
from services.registry.model.files import NotAPdf, check_beginning, check_end, safe_name
from services.registry.transfers import assess_location
from shared.errors import Invalid

TODAY = date(2026, 11, 22)
WHOLE = Assessment(
    id="tia_" + "1" * 32, processor_id="org_1", recorded_at=datetime(2026, 11, 3, tzinfo=UTC),
    recorded_by="cli_1", language="en", country="US", organisation=None, law="FISA 702.",
    risk={"level": "medium", "text": "Reached."},
    measures=(Measure("technical", "Keys stay here.", date(2027, 5, 3)),),
    outcome="equivalent_with_measures", conclusion="Enough.", carried_out_on=date(2026, 11, 2),
    carried_out_by="Counsel", review_on=date(2027, 11, 2),
)  # fmt: skip


def test_parts_that_agree_are_taken() -> None:
    check_parts(WHOLE, TODAY)
    check_parts(replace(WHOLE, outcome="equivalent", measures=()), TODAY)
    check_parts(replace(WHOLE, country=None, organisation="UN"), TODAY)


EARLY = "Name a day after carried_out_on, or leave it out."
PLACE = "Name the country or the organisation whose law it is about: one of the two."
# Members that differ from a whole record | the pointer and the code of what is wrong, and its text.
CONTRADICTIONS: list[tuple[dict[str, Any], str, str, str]] = [
    ({"carried_out_on": date(2026, 11, 23)}, "/carried_out_on", "later-than-today",
     "Name a day that has come."),
    ({"country": None}, "/country", "one-place", PLACE),
    ({"organisation": "UN"}, "/country", "one-place", PLACE),
    ({"measures": ()}, "/measures", "measures-missing",
     "A conclusion that rests on measures names them; add one, or conclude otherwise."),
    ({"review_on": date(2026, 11, 2)}, "/review_on", "review-too-early", EARLY),
    ({"measures": (Measure("technical", "x"),)}, "/measures/0/review_on", "review-missing",
     "A measure that the conclusion rests on needs the day of its next review."),
    ({"measures": (WHOLE.measures[0], Measure("contractual", "x", date(2026, 1, 1)))},
     "/measures/1/review_on", "review-too-early", EARLY),
]  # fmt: skip


@pytest.mark.parametrize(("members", "pointer", "code", "detail"), CONTRADICTIONS)
def test_parts_that_contradict_each_other_are_refused_by_pointer(
    members: dict[str, Any], pointer: str, code: str, detail: str
) -> None:
    with pytest.raises(Invalid) as refused:
        check_parts(replace(WHOLE, **members), TODAY)
    assert {"pointer": pointer, "code": code, "detail": detail} in refused.value.errors
    assert refused.value.detail == refused.value.errors[0]["detail"]


def test_an_assessment_may_be_of_today() -> None:
    check_parts(replace(WHOLE, carried_out_on=TODAY), TODAY)


def test_a_request_names_each_record_that_it_was_given_once() -> None:
    given = tuple({"assessment_id": each} for each in ("tia_2", None, "tia_1", "tia_2"))
    at = datetime(2026, 11, 22, tzinfo=UTC)
    asked = EvidenceRequest("req_1", "org_1", "org_2", "sub_1", "Mailer Inc.", at, given)
    assert asked.assessment_ids == ["tia_2", "tia_1"]


def test_the_first_of_all_review_days_counts() -> None:
    assert WHOLE.next_review_on == date(2027, 5, 3)
    assert replace(WHOLE, review_on=date(2027, 2, 1)).next_review_on == date(2027, 2, 1)
    assert replace(WHOLE, review_on=None, measures=()).next_review_on is None


def test_the_short_form_is_what_the_rules_read() -> None:
    assert WHOLE.short_form == {
        "tia_reference": WHOLE.id, "tia_on": "2026-11-02", "tia_review_on": "2027-05-03",
        "tia_conclusion": "equivalent_with_measures",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("place", "fits"),
    [
        ({"country": "US", "region": "US-CA"}, True),
        ({"country": "IN"}, False),
        ({"organisation": "UN"}, False),
        ({"country": "US", "organisation": "UN"}, False),
        ({}, False),
    ],
)
def test_it_is_about_the_law_of_one_place(place: dict[str, str], fits: bool) -> None:
    assert WHOLE.is_of(place) is fits
    assert replace(WHOLE, country=None, organisation="UN").is_of({"organisation": "UN"})
    assert not replace(WHOLE, country=None, organisation="UN").is_of({})


@pytest.mark.parametrize("text", ["TIA-7", "tia_7", "", None, 7, f" {WHOLE.id}", WHOLE.id.upper()])
def test_a_reference_in_words_names_no_record(text: object) -> None:
    assert not names_record(text)
    assert names_record(WHOLE.id)


# Source of each line: (EU) 2021/914 Clause 14; C-311/18, paras 134 and 135.
# Day | conclusion | review day | status | words.
JUDGED = [
    ("2026-11-22", None, "2027-05-03", "valid", ""),
    ("2026-11-22", "equivalent", "2027-05-03", "valid", ""),
    ("2026-11-22", "equivalent_with_measures", "2027-05-03", "valid", ""),
    ("2026-11-22", "not_equivalent", "2027-05-03", "invalid", "has to be suspended"),
    ("2027-05-03", "equivalent", "2027-05-03", "valid", ""),
    ("2027-05-04", "equivalent", "2027-05-03", "valid", "was due on 2027-05-03"),
    ("2026-11-01", "equivalent", "2027-05-03", "unproven", "after the day asked for"),
]


@pytest.mark.parametrize(("day", "conclusion", "review", "status", "words"), JUDGED)
def test_a_conclusion_can_take_a_basis_away_and_never_gives_one(
    day: str, conclusion: str | None, review: str, status: str, words: str
) -> None:
    evidence = {"module": 3, "signed_on": "2026-10-01", "tia_reference": "TIA-7",
                "tia_on": "2026-11-02", "tia_review_on": review}  # fmt: skip
    if conclusion:
        evidence["tia_conclusion"] = conclusion
    place = {"country": "US", "kind": "storage", "mechanisms": [
        {"instrument_id": "scc-2021-914", "role": "primary", "evidence": evidence}]}  # fmt: skip
    verdict = assess_location(place, date.fromisoformat(day))
    assert verdict.status == status
    said = verdict.to_mapping()
    assert words in str((said["reason"], said["remarks"]))


def test_a_favourable_conclusion_alone_proves_nothing() -> None:
    evidence = {"tia_conclusion": "equivalent"}
    place = {"country": "US", "kind": "storage", "mechanisms": [
        {"instrument_id": "scc-2021-914", "role": "primary", "evidence": evidence}]}  # fmt: skip
    assert assess_location(place, TODAY).status == "unproven"


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("tia.pdf", "tia.pdf"),
        ("TIA 2026.PDF", "TIA 2026.PDF"),
        ("../../x", "x.pdf"),
        ("/etc/passwd", "passwd.pdf"),
        (r"C:\temp\tia.pdf", "tia.pdf"),
        ("..", "document.pdf"),
        ("///", "document.pdf"),
        ("X-rays.pdf", "X-rays.pdf"),
        (".pdf", "pdf.pdf"),
        ("x.exe", "x.exe.pdf"),
        ("Vurdering æøå.pdf", "Vurdering æøå.pdf"),
    ],
)
def test_the_name_of_a_file_leads_to_no_folder_and_ends_as_its_kind(sent: str, kept: str) -> None:
    assert safe_name(sent, "application/pdf") == kept


@pytest.mark.parametrize(
    ("head", "why"), [(b"", "It is empty."), (b"PK", "It does not begin as a PDF does.")]
)
def test_what_begins_otherwise_is_refused_with_the_reason(head: bytes, why: str) -> None:
    with pytest.raises(NotAPdf, match=f"^{re.escape(why)}$"):
        check_beginning(head)
    check_beginning(b"%PDF-1.7")


def test_what_is_cut_off_is_refused() -> None:
    with pytest.raises(NotAPdf, match="cut off"):
        check_end(b"%PDF-1.7")
    check_end(b"startxref 9 %%EOF")
