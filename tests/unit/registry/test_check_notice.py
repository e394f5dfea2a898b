"""A change may take effect on the first day that breaks no customer's terms, and on none before."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.registry.clock import NoticeTerms, dates_for
from services.registry.model.changes import Group, NoticePeriodTooShort, check_notice
from shared.scope import Cover
from tests.unit.registry.notice_terms import short, terms_of_any_kind
from tests.unit.registry.test_clock_rules import days

MONDAY = date(2026, 11, 23)
ONE_DAY = timedelta(days=1)


def group(terms: NoticeTerms, on: date, agreements: int = 1, *ends: date | None) -> Group:
    """A group with these terms, told ``on``, its customers one for each agreement."""
    dates = dates_for(terms, on)
    return Group(
        key=str(terms), agreements=agreements, customers=agreements, silence="consent",
        covers=tuple(Cover(ends_on=day) for day in ends or (None,)),
        terms={"notice_days": int(str(terms.notice.length or 0).split()[0])},
        authorisation=terms.authorisation, given_on=on,
        objection_deadline=dates.objection_deadline,
        earliest_effective_on=dates.earliest_effective_on,
    )  # fmt: skip


CUSTOMERS = [group(short(*each), MONDAY) for each in ((30, 14), (14, 10), (10, 5))]


def refusal(effective_on: date, groups: list[Group]) -> NoticePeriodTooShort:
    with pytest.raises(NoticePeriodTooShort) as refused:
        check_notice(effective_on, groups)
    return refused.value


def test_the_longest_terms_block_and_are_named() -> None:
    told = refusal(MONDAY + timedelta(days=12), CUSTOMERS).context

    assert told["earliest_effective_on"] == "2026-12-24"
    assert [each["notice_days"] for each in told["blocking"]] == [30, 14]
    check_notice(date(2026, 12, 24), CUSTOMERS)
    assert len(refusal(date(2026, 12, 23), CUSTOMERS).context["blocking"]) == 1


def test_without_agreements_nothing_has_to_be_waited_for() -> None:
    check_notice(MONDAY, [])


@given(st.lists(terms_of_any_kind, min_size=1, max_size=6), days)
def test_the_earliest_day_suits_every_group_and_the_day_before_does_not(
    many: list[NoticeTerms], on: date
) -> None:
    groups = [group(terms, on) for terms in many]
    earliest = max(each.earliest_effective_on for each in groups)

    check_notice(earliest, groups)
    told = refusal(earliest - ONE_DAY, groups).context
    assert told["earliest_effective_on"] == earliest.isoformat()
    assert len(told["blocking"]) == sum(each.earliest_effective_on == earliest for each in groups)


@pytest.mark.parametrize(("ended", "first"), [(2, "2026-12-05"), (1, "2026-12-24")])
def test_a_group_holds_up_nothing_once_all_its_agreements_have_ended(
    ended: int, first: str
) -> None:
    ends = [date(2026, 12, 5)] * ended + [None] * (2 - ended)
    left = group(short(30, 14), MONDAY, 2, *ends)

    check_notice(date.fromisoformat(first), [left])
    refusal(date.fromisoformat(first) - ONE_DAY, [left])


def test_an_end_after_the_notice_changes_nothing() -> None:
    late = group(short(30, 14), MONDAY, 1, date(2027, 1, 1))

    check_notice(date(2026, 12, 24), [late])
    refusal(date(2026, 12, 23), [late])


def test_a_refusal_says_whom_the_day_is_too_early_for() -> None:
    terms = {"notice_days": 30, "day_kind": "calendar", "notice": {"length": "30 days"}}
    held = replace(group(short(30, 14), MONDAY, 3), customers=2, terms=terms)
    refused = refusal(date(2026, 12, 23), [held, replace(held, terms={})])
    assert refused.detail == "The earliest day that every agreement allows is 2026-12-24."
    assert refused.context["blocking"] == [
        {
            "notice_days": 30,
            "day_kind": "calendar",
            "notice": "30 days",
            "customers": 2,
            "agreements": 3,
            "earliest_effective_on": "2026-12-24",
        },
        {
            "notice_days": None,
            "day_kind": None,
            "notice": None,
            "customers": 2,
            "agreements": 3,
            "earliest_effective_on": "2026-12-24",
        },
    ]
