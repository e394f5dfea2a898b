"""Where an agreement names no number of days, that of the vendor's register counts."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from services.registry.clock import NoticeTerms, dates_for

MONDAY = date(2026, 11, 23)
TEN_DAYS = {"length": {"value": 10, "unit": "days"}}
MONTH = {"length": {"value": 1, "unit": "months"}}
BOTH = {"notice": MONTH, "objection": TEN_DAYS}
NONE: dict[str, Any] = {"notice": {"length": None}, "objection": {"length": None}}


def days(terms: dict[str, Any], defaults: dict[str, Any] | None) -> tuple[date | None, date]:
    """The last day to object, and the first day of the change, of a notice given on that Monday."""
    read = NoticeTerms.parse({"holidays": "DK", **terms, "default_terms": defaults})
    dates = dates_for(read, MONDAY, date(2027, 6, 1))
    return dates.objection_deadline, dates.earliest_effective_on


@pytest.mark.parametrize(
    ("terms", "defaults", "deadline", "first_day"),
    [
        # A month from 23 November ends on 23 December; ten days on Thursday 3 December.
        (NONE, BOTH, date(2026, 12, 3), date(2026, 12, 24)),
        (NONE, None, None, date(2026, 11, 24)),
        (NONE, {"notice": MONTH, "objection": None}, None, date(2026, 12, 24)),
        (NONE, {"notice": {"length": None}, "objection": TEN_DAYS},
         date(2026, 12, 3), date(2026, 12, 4)),
        # A number of the agreement goes first, also one that stands in a second text.
        ({**NONE, "objection": {"length": {"value": 5, "unit": "days"}}}, BOTH,
         date(2026, 11, 30), date(2026, 12, 24)),
        ({**NONE, "also": [{"notice": {"length": {"value": 2, "unit": "days"}}}]}, BOTH,
         date(2026, 12, 3), date(2026, 12, 4)),
        ({**NONE, "also": [{"objection": {"length": {"value": 5, "unit": "days"}}}]}, BOTH,
         date(2026, 11, 30), date(2026, 12, 24)),
        # A right that ends with the change needs no number.
        ({**NONE, "objection": {"ends": "effective_day"}}, BOTH,
         date(2027, 6, 1), date(2026, 12, 24)),
        # The short form names none by null, or by zero.
        ({"notice_days": None, "objection_days": 0, "day_kind": "calendar"}, BOTH,
         date(2026, 12, 3), date(2026, 12, 24)),
        # No number that binds "where possible" is no number.
        ({**NONE, "soft": True}, BOTH, date(2026, 12, 3), date(2026, 12, 24)),
        ({"notice": TEN_DAYS, "objection": TEN_DAYS, "soft": True}, BOTH,
         None, date(2026, 11, 24)),
    ],
)  # fmt: skip
def test_the_number_of_the_register_counts_where_the_agreement_names_none(
    terms: dict[str, Any], defaults: dict[str, Any] | None, deadline: date | None, first_day: date
) -> None:
    assert days(terms, defaults) == (deadline, first_day)


def test_what_the_period_runs_from_stays_as_agreed() -> None:
    terms = {"notice": {"length": None, "starts": "acknowledged", "first_day_counts": True}}
    read = NoticeTerms.parse({**terms, "default_terms": BOTH})
    assert (read.notice.rule, read.notice.first_day_counts) == ("acknowledged", True)


def test_the_arithmetic_says_whose_number_it_is() -> None:
    read = NoticeTerms.parse({**NONE, "holidays": "DK", "default_terms": BOTH})
    objection, notice = dates_for(read, MONDAY).arithmetic[1:3]
    for step in (objection, notice):
        assert step.text.endswith("names no number; that of the vendor's register counts.")


def test_an_emergency_is_as_short_as_agreed_whatever_the_register_states() -> None:
    terms = {**NONE, "holidays": "DK", "emergency": {"length": {"value": 2, "unit": "days"}}}
    read = NoticeTerms.parse({**terms, "default_terms": BOTH}).in_emergency()
    dates = dates_for(read, MONDAY)
    assert (dates.objection_deadline, dates.earliest_effective_on) == (
        date(2026, 11, 25), date(2026, 11, 26)
    )  # fmt: skip
    assert not [step for step in dates.arithmetic if "register" in step.text]


def test_an_emergency_that_binds_nobody_shortens_nothing() -> None:
    soft = {**NONE, "soft": True, "emergency": {"length": {"value": 2, "unit": "days"}}}
    read = NoticeTerms.parse({**soft, "default_terms": BOTH})
    assert read.in_emergency() == read
