"""Every line of golden_clock.txt, golden_receipts.txt and golden_local_days.txt."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from services.registry.clock import Starts, dates_counted_from, dates_for, local_day
from tests.unit.registry.golden import rows
from tests.unit.registry.notice_terms import short

CASES = rows("golden_clock.txt")
RECEIPTS = rows("golden_receipts.txt")
INSTANTS = rows("golden_local_days.txt")


@pytest.mark.parametrize("case", CASES, ids=[f"{case[0]} {case[-1]}" for case in CASES])
def test_the_days_of_the_table_follow(case: tuple[str, ...]) -> None:
    given_on, notice, objection, day_kind, holidays, deadline, effective, _ = case
    calendar = None if holidays == "-" else holidays
    terms = short(int(notice), int(objection), day_kind, calendar)
    dates = dates_for(terms, date.fromisoformat(given_on))
    assert (said(dates.objection_deadline), str(dates.earliest_effective_on)) == (
        deadline,
        effective,
    )


def said(day: date | None) -> str:
    return str(day) if day else "-"


@pytest.mark.parametrize("case", RECEIPTS, ids=[f"{case[0]} {case[-1]}" for case in RECEIPTS])
def test_the_days_counted_from_what_happened_follow(case: tuple[str, ...]) -> None:
    given_on, rule, happened_on, notice, objection, kind, holidays, deadline, effective, _ = case
    terms = short(int(notice), int(objection), kind, holidays, rule)
    happened = date.fromisoformat(happened_on)
    dates = dates_counted_from(terms, date.fromisoformat(given_on), Starts(happened, happened))
    assert not dates.provisional
    assert (str(dates.objection_deadline), str(dates.earliest_effective_on)) == (
        deadline,
        effective,
    )


@pytest.mark.parametrize("case", INSTANTS, ids=[" ".join(case[:2]) for case in INSTANTS])
def test_an_instant_is_on_the_day_of_its_place(case: tuple[str, ...]) -> None:
    instant, zone, day = case
    assert local_day(datetime.fromisoformat(instant), zone) == date.fromisoformat(day)


def test_the_tables_are_long_enough() -> None:
    assert len(CASES) >= 60
    assert len(CASES) + len(RECEIPTS) + len(INSTANTS) >= 100
    assert len({case[:5] for case in CASES}) == len(CASES)
