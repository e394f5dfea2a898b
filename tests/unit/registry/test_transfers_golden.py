"""Every line of golden_verdicts.txt, and what holds for all verdicts."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

import pytest

from services.registry.transfers import (
    STATUSES,
    Circumstances,
    Location,
    Mechanism,
    Verdict,
    assess,
)
from tests.unit.registry.golden import rows, words

EVIDENCE: dict[str, dict[str, Any]] = {
    "@dpf": {
        "participant": "Example Mail, Inc.",
        "covered_data": ["non_hr"],
        "status": "Active",
        "checked_on": "2026-11-01",
        "due_on": "2027-05-01",
    },
    "@scc": {
        "module": 3,
        "signed_on": "2026-10-01",
        "tia_reference": "TIA-7",
        "tia_on": "2026-10-02",
        "tia_review_on": "2027-10-02",
    },
    "@old": {"signed_on": "2019-03-01", "tia_reference": "TIA-1", "tia_on": "2020-09-01"},
    "@shield": {
        "participant": "Example Mail, Inc.",
        "covered_data": ["non_hr"],
        "status": "Active",
        "checked_on": "2017-01-10",
        "due_on": "2020-12-31",
    },
    "@tia": {"signed_on": "2025-02-01", "tia_reference": "TIA-8", "tia_on": "2025-01-15"},
    "@list": {
        "participant": "Example Mail, Inc.",
        "covered_data": ["non_hr"],
        "status": "Active",
        "checked_on": "2026-11-01",
        "due_on": "2027-05-01",
        "uk_extension": True,
        "swiss_us": True,
    },
    "@bcr": {
        "recipient_in_group": True,
        "approval_reference": "BCR-9",
        "approved_on": "2024-02-01",
        "tia_reference": "TIA-9",
        "tia_on": "2024-02-01",
    },
}
CASES = rows("golden_verdicts.txt")


def mechanism(text: str) -> Mechanism:
    role, instrument_id, *rest = text.strip().split(" ", 2)
    evidence: dict[str, Any] = {}
    tail = rest[0] if rest else ""
    if tail.startswith("@"):
        name, _, tail = tail.partition(" ")
        evidence |= EVIDENCE[name]
    if tail.startswith("-"):
        del evidence[tail[1:].strip()]
        tail = ""
    return Mechanism(instrument_id, role, evidence | words(tail))


def asked(text: str) -> tuple[str, Circumstances]:
    """The place, and what the entry says of the processing there."""
    place, *rest = re.split(r" (?=seat |roles |hr |combined |authority |subjects )", text)
    said = dict(word.split(" ", 1) for word in rest)
    return place, Circumstances(
        relation=said.get("roles", "processor_processor"),
        hr_data=said.get("hr", "not_stated"),
        data_subjects=tuple(said["subjects"].split(", ")) if "subjects" in said else (),
        data_combined={"yes": True, "no": False}.get(said.get("combined", "")),
        exporter_is_public_authority={"yes": True, "no": False}.get(said.get("authority", "")),
        seat=said.get("seat"),
    )


def location(place: str) -> Location:
    if place.startswith("organisation "):
        return Location(None, organisation=place.removeprefix("organisation "))
    country, _, subdivision = place.partition("-")
    return Location(country, place if subdivision else None)


def verdict_of(case: tuple[str, ...]) -> Verdict:
    on, exporter, told, mechanisms, horizon = case[:5]
    named = [] if mechanisms == "-" else [mechanism(item) for item in mechanisms.split(";")]
    place, about = asked(told)
    return assess(
        location(place),
        named,
        date.fromisoformat(on),
        exporter=exporter,
        horizon_days=int(horizon),
        about=about,
    )


@pytest.mark.parametrize("case", CASES, ids=[" ".join(case[:4]) for case in CASES])
def test_the_verdict_of_the_table_holds(case: tuple[str, ...]) -> None:
    status, ends_on, carried_by, says = case[5:]
    verdict = verdict_of(case)
    said = " ".join((verdict.reason, *verdict.remarks))
    assert (verdict.status, str(verdict.ends_on or "-"), verdict.instrument_id or "-") == (
        status,
        ends_on,
        carried_by,
    ), verdict
    assert says in said


@pytest.mark.parametrize("case", CASES, ids=[" ".join(case[:4]) for case in CASES])
def test_every_verdict_is_a_sentence_with_a_citation(case: tuple[str, ...]) -> None:
    verdict = verdict_of(case)
    assert verdict.status in STATUSES
    assert verdict.reason.endswith(".")
    assert verdict.citations or "is not a known instrument" in verdict.reason


def test_the_table_shows_every_status() -> None:
    assert len(CASES) >= 220
    assert {case[5] for case in CASES} == set(STATUSES)
