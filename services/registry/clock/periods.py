"""Where a period ends (Regulation (EEC, Euratom) 1182/71 Art. 3)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from functools import lru_cache

from services.registry.clock.calendars import ONE_DAY, Calendar, months_later
from services.registry.clock.terms import Period, Span


# One announcement counts from each of sixty days, for every group of terms, the same few periods.
@lru_cache(maxsize=8_192)
def _business_days(start: date, value: int, calendar: Calendar) -> date:
    end = start
    for _ in range(value):
        end = calendar.next_working_day(end + ONE_DAY)
    return end


# Art. 3(2)(c): weeks, months and years end with the same day of the week, or the same date.
_ENDS: dict[str, Callable[[date, int, Calendar], date]] = {
    "days": lambda start, value, _: start + timedelta(value),
    "business_days": _business_days,
    "weeks": lambda start, value, _: start + timedelta(7 * value),
    "months": lambda start, value, _: months_later(start, value),
    "years": lambda start, value, _: months_later(start, 12 * value),
}


def plain_end(period: Period, start: date, calendar: Calendar) -> date:
    """The last day of a period that runs from ``start``, which does not count."""
    return _ENDS[period.unit](start, period.value, calendar)


def latest_start(period: Period, end: date, calendar: Calendar) -> date:
    """The latest day from which ``period`` ends by ``end``: a distance counted back, not moved."""
    start = _NEAR_STARTS[period.unit](end, period.value, calendar)
    while plain_end(period, start + ONE_DAY, calendar) <= end:
        start += ONE_DAY
    return start


def _business_days_back(end: date, value: int, calendar: Calendar) -> date:
    day = end + ONE_DAY
    for _ in range(value):
        day = calendar.last_working_day(day - ONE_DAY)
    return day - ONE_DAY


# A start from which the period ends by a day, at most three days before the latest one.
_NEAR_STARTS: dict[str, Callable[[date, int, Calendar], date]] = {
    "days": lambda end, value, _: end - timedelta(value),
    "business_days": _business_days_back,
    "weeks": lambda end, value, _: end - timedelta(7 * value),
    "months": lambda end, value, _: months_later(end, -value),
    "years": lambda end, value, _: months_later(end, -12 * value),
}


def end_with_two_working_days(period: Period, start: date, calendar: Calendar) -> date:
    """The last day, moved until two working days lie in a period of two days or more (3(5))."""
    end = plain_end(period, start, calendar)
    return max(end, _business_days(start, 2, calendar)) if period.holds_two_days else end


def end_on_a_working_day(period: Period, start: date, calendar: Calendar) -> date:
    """The last day of a period in which a right can be used (3(4), 3(5))."""
    return calendar.next_working_day(end_with_two_working_days(period, start, calendar))


def deemed_day(span: Span, sent_on: date, calendar: Calendar) -> date | None:
    """The day on which a notice sent on ``sent_on`` counts as received; None: never by itself."""
    return plain_end(span.deemed_after, sent_on, calendar) if span.deemed_after else None
