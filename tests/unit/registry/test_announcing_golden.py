"""Every line of golden_announcing.txt: from which day a change may take effect."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from services.registry.model.changes import (
    EffectiveDayPassed,
    Group,
    NoticePeriodTooShort,
    check_day,
    check_notice,
)
from services.registry.model.register import Register
from services.registry.use_cases.notice_terms import given_on
from shared.scope import Cover
from tests.unit.registry.golden import Case, cases, listed

TABLE = "golden_announcing.txt"
MONDAY = date(2026, 11, 23)


def register_in(zone: str) -> Register:
    at = datetime(2026, 11, 23, tzinfo=UTC)
    return Register("org_1", "vendor", "Vendor", "DK", "da", zone, at)


def group(earliest: str, *covers: Cover) -> Group:
    terms = {"notice_days": 30, "day_kind": "calendar"}
    first = date.fromisoformat(earliest)
    return Group(
        key=earliest,
        terms=terms,
        authorisation="general",
        agreements=len(covers),
        customers=len(covers),
        given_on=MONDAY,
        objection_deadline=MONDAY,
        earliest_effective_on=first,
        silence="consent",
        covers=covers,
    )


def cover(cell: str) -> Cover:
    """``from day``, ``until day``, both, or ``open``."""
    words = cell.split()
    named = dict(zip(words[::2], words[1::2], strict=False))
    days = (named.get(word) for word in ("from", "until"))
    return Cover((), *(date.fromisoformat(day) if day else None for day in days))


def group_until(cell: str) -> Group:
    """``earliest``, or ``earliest until end``: all of its agreements end on that day."""
    earliest, _, until = cell.partition(" until ")
    return group(earliest, cover(f"until {until}") if until else Cover())


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
    earliest, covers, first, _ = case
    terms_group = group(earliest, *map(cover, listed(covers)))
    assert terms_group.allows_from == (date.min if first == "any" else date.fromisoformat(first))


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
