"""A transfer impact assessment (TIA) as a record with its parts, and its requests by customers.

SCC (EU) 2021/914 Clause 14; CJEU C-311/18, paras 134 and 135; EDPB Recommendations 01/2020.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from services.registry.transfers.members import WITH_MEASURES
from shared.errors import Invalid, TooManyRequests

# The ledger is public and holds every request, so one customer cannot fill it in a day.
MOST_REQUESTS, REQUESTS_WITHIN = 20, timedelta(days=1)
_ID = re.compile(r"tia_[0-9a-f]{32}")

Fault = dict[str, str]


class EvidenceAskedOften(TooManyRequests):
    """You asked 20 times within a day; read what those requests were given."""

    code, retry_after = "evidence-asked-often", 3600


@dataclass(frozen=True)
class Measure:
    """A supplementary measure: ``kind`` is technical, contractual or organisational."""

    kind: str
    text: str
    review_on: date | None = None


@dataclass(frozen=True)
class Assessment:
    """A record that never changes; a new assessment is a new record.

    ``country`` or ``organisation`` is the place whose law and practice ``law`` describes. ``risk``:
    ``{level, text}``. ``outcome``: whether the data is protected there as it is in the EEA, one of
    ``CONCLUSIONS``.
    """

    id: str
    processor_id: str
    recorded_at: datetime
    recorded_by: str
    language: str
    country: str | None
    organisation: str | None
    law: str
    risk: dict[str, str]
    measures: tuple[Measure, ...]
    outcome: str
    conclusion: str
    carried_out_on: date
    carried_out_by: str
    review_on: date | None = None
    file_id: str | None = None

    @property
    def next_review_on(self) -> date | None:
        """The first day on which it, or one of its measures, is to be looked at again."""
        days = [self.review_on, *(measure.review_on for measure in self.measures)]
        return min((day for day in days if day), default=None)

    @property
    def short_form(self) -> dict[str, Any]:
        """The evidence that the rules of transfers read."""
        review = self.next_review_on
        return {
            "tia_reference": self.id,
            "tia_on": self.carried_out_on.isoformat(),
            "tia_review_on": review.isoformat() if review else None,
            "tia_conclusion": self.outcome,
        }

    def is_of(self, place: Mapping[str, Any]) -> bool:
        """Whether it is about the law of this place of an entry."""
        if place.get("organisation"):
            return bool(self.organisation == place["organisation"])
        return self.country is not None and self.country == place.get("country")


@dataclass(frozen=True)
class EvidenceRequest:
    """A customer asked for the evidence of an entry; ``given`` is what it got.

    ``given``: ``[{version, valid_from, place: {…}, instrument_id, role, evidence: {…},
    assessment_id}]``.
    """

    id: str
    processor_id: str
    controller_id: str
    sub_processor_id: str
    legal_name: str
    requested_at: datetime
    given: tuple[dict[str, Any], ...]

    @property
    def assessment_ids(self) -> list[str]:
        ids = [each["assessment_id"] for each in self.given]
        return list(dict.fromkeys(each for each in ids if each))


def names_record(reference: object) -> bool:
    """Whether ``tia_reference`` is the id of a record here, and not a reference elsewhere."""
    return isinstance(reference, str) and _ID.fullmatch(reference) is not None


def check_parts(assessment: Assessment, today: date) -> None:
    """Raises ``Invalid`` with a pointer for every part that contradicts another."""
    faults = [*_faults(assessment, today), *_faults_of_reviews(assessment)]
    if faults:
        raise Invalid(faults[0]["detail"], errors=faults)


def _faults(assessment: Assessment, today: date) -> Iterator[Fault]:
    if assessment.carried_out_on > today:
        yield _fault("/carried_out_on", "later-than-today", "Name a day that has come.")
    if bool(assessment.country) == bool(assessment.organisation):
        detail = "Name the country or the organisation whose law it is about: one of the two."
        yield _fault("/country", "one-place", detail)
    if assessment.outcome == WITH_MEASURES and not assessment.measures:
        detail = "A conclusion that rests on measures names them; add one, or conclude otherwise."
        yield _fault("/measures", "measures-missing", detail)


def _faults_of_reviews(assessment: Assessment) -> Iterator[Fault]:
    days = {f"/measures/{n}/review_on": it.review_on for n, it in enumerate(assessment.measures)}
    for at, day in {"/review_on": assessment.review_on, **days}.items():
        if day is not None and day <= assessment.carried_out_on:
            detail = "Name a day after carried_out_on, or leave it out."
            yield _fault(at, "review-too-early", detail)
        elif day is None and at in days and assessment.outcome == WITH_MEASURES:
            detail = "A measure that the conclusion rests on needs the day of its next review."
            yield _fault(at, "review-missing", detail)


def _fault(pointer: str, code: str, detail: str) -> Fault:
    return {"pointer": pointer, "code": code, "detail": detail}
