"""Every line of golden_announcing.txt: from which day a change may take effect."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from services.registry.model.changes import (
    EffectiveDayPassed,
    End,
    Group,
    NoticePeriodTooShort,
    check_day,
    check_notice,
)
from services.registry.model.register import Register
from services.registry.use_cases.notice_terms import given_on
from tests.unit.registry.golden import Case, cases, listed

TABLE = "golden_announcing.txt"
MONDAY = date(2026, 11, 23)


def register_in(zone: str) -> Register:
    at = datetime(2026, 11, 23, tzinfo=UTC)
    return Register("org_1", "vendor", "Vendor", "DK", "da", zone, at)


def group(earliest: str, agreements: int = 1, *ends: End, customers: int = 0) -> Group:
    terms = {"notice_days": 30, "day_kind": "calendar"}
    first = date.fromisoformat(earliest)
    return Group(
        key=earliest,
        terms=terms,
        authorisation="general",
        agreements=agreements,
        customers=customers,
        given_on=MONDAY,
        objection_deadline=MONDAY,
        earliest_effective_on=first,
        silence="consent",
        ends=ends,
    )


def end(cell: str) -> End:
    """``day x agreements``, with ``x customers`` where they differ."""
    day, agreements, *customers = cell.split("x")
    return End(date.fromisoformat(day), int(agreements), int((customers or [agreements])[0]))


def group_until(cell: str) -> Group:
    """``earliest``, or ``earliest until end``: all of its agreements end on that day."""
    earliest, _, until = cell.partition(" until ")
    return group(earliest, 1, *([end(f"{until}x1")] if until else []))


@pytest.mark.parametrize("case", cases(TABLE, "dated on"))
def test_a_notice_is_dated_on_the_day_on_which_it_can_leave(case: Case) -> None:
    at, zone, day, _ = case
    assert given_on(register_in(zone), datetime.fromisoformat(at)) == date.fromisoformat(day)


@pytest.mark.parametrize("case", cases(TABLE, "effective day"))
def test_a_change_never_takes_effect_in_the_past(case: Case) -> None:
    effective_on, today, verdict, _ = case
    days = date.fromisoformat(effective_on), date.fromisoformat(today)
    if verdict == "allowed":
        check_day(*days)
        return
    with pytest.raises(EffectiveDayPassed) as refused:
        check_day(*days)
    assert refused.value.code == verdict


@pytest.mark.parametrize("case", cases(TABLE, "allows from"))
def test_a_group_allows_the_first_day_that_breaks_no_promise(case: Case) -> None:
    earliest, agreements, ends, first, _ = case
    terms_group = group(earliest, int(agreements), *map(end, listed(ends)))
    assert terms_group.allows_from == date.fromisoformat(first)


@pytest.mark.parametrize("case", cases(TABLE, "left on"))
def test_agreements_that_have_ended_leave_their_group(case: Case) -> None:
    agreements, customers, ends, day, *expected, _ = case
    terms_group = group(
        "2026-12-24", int(agreements), *map(end, listed(ends)), customers=int(customers)
    )
    left = terms_group.left_on(date.fromisoformat(day))
    assert [left.agreements, left.customers, left.leaving] == [int(number) for number in expected]


@pytest.mark.parametrize("case", cases(TABLE, "notice"))
def test_a_change_waits_for_the_longest_notice_that_is_owed(case: Case) -> None:
    effective_on, groups, verdict, _ = case
    day, terms_groups = date.fromisoformat(effective_on), list(map(group_until, listed(groups)))
    if verdict == "allowed":
        check_notice(day, terms_groups)
        return
    with pytest.raises(NoticePeriodTooShort) as refused:
        check_notice(day, terms_groups)
    context = refused.value.context
    assert f"{context['earliest_effective_on']} {len(context['blocking'])}" == verdict
