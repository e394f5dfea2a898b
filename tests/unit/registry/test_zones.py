"""Whose day it is: every line of golden_zones.txt, and that nobody loses an hour."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.registry.clock import (
    Starts,
    dates_counted_from,
    ending_day,
    local_day,
    starting_day,
    zones_of,
)
from tests.unit.registry.golden import rows
from tests.unit.registry.notice_terms import hard_terms, short

CASES = rows("golden_zones.txt")
ZONES = ["Pacific/Kiritimati", "Asia/Tokyo", "Europe/Helsinki", "Europe/Copenhagen", "UTC",
         "America/Toronto", "Pacific/Pago_Pago"]  # fmt: skip
instants = st.datetimes(datetime(2026, 1, 1), datetime(2029, 1, 1)).map(
    lambda at: at.replace(tzinfo=UTC)
)


def said(zone: str) -> str | None:
    return None if zone == "-" else zone


@pytest.mark.parametrize("case", CASES, ids=[" ".join((*case[:4], case[-1])) for case in CASES])
def test_the_days_of_the_table_are_those_of_the_places(case: tuple[str, ...]) -> None:
    instant, processor, customer, agreed, starts, ending, _ = case
    terms: dict[str, Any] = {"time_zone": said(agreed), "customer_time_zone": said(customer)}
    zones, at = zones_of(terms, processor), datetime.fromisoformat(instant)
    assert str(starting_day(at, zones)) == starts
    assert str(ending_day(at, zones)) == ending


def test_a_notice_from_toronto_runs_from_the_later_day_in_helsinki() -> None:
    """Sent 2027-05-10 22:30 in Toronto, ten days: from 11 May until Friday 21 May."""
    zones = zones_of({"customer_time_zone": "Europe/Helsinki"}, "America/Toronto")
    start = starting_day(datetime(2027, 5, 11, 2, 30, tzinfo=UTC), zones)
    dates = dates_counted_from(short(10, 10, holidays="FI"), start, Starts(start, start))
    assert dates.runs_from == date(2027, 5, 11)
    assert dates.objection_deadline == date(2027, 5, 21)


@given(hard_terms, instants, st.sampled_from(ZONES), st.sampled_from(ZONES))
def test_two_zones_never_give_the_customer_less_than_one_of_them(
    terms: Any, at: datetime, processor: str, customer: str
) -> None:
    both = zones_of({"customer_time_zone": customer}, processor)
    start = starting_day(at, both)
    dates = dates_counted_from(terms, start, Starts(start, start))
    for zone in (processor, customer):
        day = local_day(at, zone)
        alone = dates_counted_from(terms, day, Starts(day, day))
        assert dates.earliest_effective_on >= alone.earliest_effective_on
        if alone.objection_deadline:
            assert dates.objection_deadline
            assert dates.objection_deadline >= alone.objection_deadline
            still_there = at + timedelta(days=400)
            assert ending_day(still_there, both) <= local_day(still_there, zone)
