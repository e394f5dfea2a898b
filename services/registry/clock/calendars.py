"""Working days and public holidays (Regulation (EEC, Euratom) 1182/71 Art. 2), and local days."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import holidays as calendars

ONE_DAY = timedelta(days=1)


def is_working_day(day: date, holidays: str | None) -> bool:
    """All days but Saturdays, Sundays and public holidays (Regulation 1182/71 Art. 2(2))."""
    if day.weekday() >= 5:
        return False
    return holidays is None or day not in public_holidays(holidays, day.year)


def next_working_day(day: date, holidays: str | None) -> date:
    """``day`` itself if it is a working day, else the next one."""
    while not is_working_day(day, holidays):
        day += ONE_DAY
    return day


@lru_cache(maxsize=512)
def public_holidays(code: str, year: int) -> frozenset[date]:
    """The public holidays of a country or region in a year; ValueError if it has no calendar.

    The library fills its calendars as they are read, which is not safe between threads; hence one
    closed set per year.
    """
    country, _, region = code.partition("-")
    try:
        return frozenset(calendars.country_holidays(country, subdiv=region or None, years=year))
    except NotImplementedError as error:
        raise ValueError(f"There is no calendar of public holidays for {code!r}.") from error


def check_holidays(code: str | None) -> str | None:
    """Return ``code`` if its public holidays are known (None: weekends only), else ValueError."""
    if code is not None:
        public_holidays(code, 2026)
    return code


def local_day(instant: datetime, zone: str) -> date:
    """The calendar day of an aware instant in an IANA zone; ValueError for a naive one."""
    if instant.tzinfo is None:
        raise ValueError("An instant needs its zone; this one has none.")
    try:
        return instant.astimezone(ZoneInfo(zone)).date()
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise ValueError(f"{zone!r} is not an IANA time zone.") from error
