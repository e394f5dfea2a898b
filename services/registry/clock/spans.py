"""The days of a notice as numbers, for a service that has no clock.

A notice may leave, or arrive, days after it was dated. Each table says what follows if that happens
on the day it is dated, a day later, and so on.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from functools import lru_cache

from services.registry.clock.calendars import Calendar
from services.registry.clock.dates import Starts, first_day, objection_deadline
from services.registry.clock.periods import deemed_day
from services.registry.clock.terms import NoticeTerms, Span

Spans = tuple[int, ...]


# Customers share terms, and a day's announcements share them, too.
@lru_cache(maxsize=1_024)
def objection_spans(
    terms: NoticeTerms, given_on: date, most_days_late: int, effective_on: date | None = None
) -> Spans:
    """How many days after its start the objection period ends; empty where no day ends it.

    Where it ends with the change, both periods start on one day, and this customer's own first day
    counts if it is later than ``effective_on``.
    """
    ends = (
        (objection_deadline(terms, day, _own_day(terms, day, effective_on)), day)
        for day in _days(given_on, most_days_late)
    )
    return tuple((end - day).days for end, day in ends if end)


@lru_cache(maxsize=1_024)
def first_day_spans(terms: NoticeTerms, given_on: date, most_days_late: int) -> tuple[Spans, Spans]:
    """How many days after their start the notice, and the objection, let a change take effect: the
    later of the two days is the first one."""
    alone = (_without_objections(terms), _without_notices(terms))
    days = list(_days(given_on, most_days_late))
    notice, objection = (
        tuple((first_day(one, Starts(day, day)) - day).days for day in days) for one in alone
    )
    return notice, objection


def deemed_spans(span: Span, given_on: date, most_days_late: int, calendar: Calendar) -> Spans:
    """How many days after its sending a notice counts as received; empty where it never does by
    itself."""
    deemed = ((deemed_day(span, day, calendar), day) for day in _days(given_on, most_days_late))
    return tuple((received - sent).days for received, sent in deemed if received)


def _days(given_on: date, most_days_late: int) -> Iterator[date]:
    return (given_on + timedelta(late) for late in range(most_days_late + 1))


def _own_day(terms: NoticeTerms, start: date, effective_on: date | None) -> date | None:
    return max(effective_on, first_day(terms, Starts(start, start))) if effective_on else None


def _without_objections(terms: NoticeTerms) -> NoticeTerms:
    also = tuple((notice, Span()) for notice, _ in terms.also)
    return replace(terms, objection=Span(), also=also)


def _without_notices(terms: NoticeTerms) -> NoticeTerms:
    also = tuple((Span(), objection) for _, objection in terms.also)
    return replace(terms, notice=Span(), also=also)
