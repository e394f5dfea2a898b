"""Working days (Regulation (EEC, Euratom) 1182/71 Art. 2), and local days."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from shared.public_holidays import check_calendar, country_of, eves, public_holidays

ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Calendar:
    """Which days work. ``place``: an ISO 3166 code; None counts weekends only.

    ``eves``: whether the eves of the place rest; None: as the calendar of the place has them.
    Raises ValueError for a place without a calendar.
    """

    place: str | None = None
    eves: bool | None = None

    def __post_init__(self) -> None:
        if self.place is not None:
            check_calendar(self.place)

    def works(self, day: date) -> bool:
        """All days but Saturdays, Sundays and public holidays (Regulation 1182/71 Art. 2(2))."""
        if day.weekday() >= 5:
            return False
        return self.place is None or day not in _days_off(self.place, self.eves, day.year)

    def next_working_day(self, day: date) -> date:
        """``day`` itself if it is a working day, else the next one."""
        while not self.works(day):
            day += ONE_DAY
        return day

    def last_working_day(self, day: date) -> date:
        """``day`` itself if it is a working day, else the one before it."""
        while not self.works(day):
            day -= ONE_DAY
        return day


@lru_cache(maxsize=2048)
def _days_off(place: str, eves_rest: bool | None, year: int) -> frozenset[date]:
    known = public_holidays(place, year)
    if eves_rest is None:
        return known
    of_place = eves(country_of(place), year)
    return known | of_place if eves_rest else known - of_place


def months_later(day: date, months: int) -> date:
    """The same date some months on, else the last day of that month (Regulation Art. 3(2)(c))."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    first_of_next = date(year + month // 11, (month + 1) % 12 + 1, 1)
    return min(date(year, month + 1, 1) + timedelta(day.day - 1), first_of_next - ONE_DAY)


def local_day(instant: datetime, zone: str) -> date:
    """The calendar day of an aware instant in an IANA zone; ValueError for a naive one."""
    if instant.tzinfo is None:
        raise ValueError("An instant needs its zone; this one has none.")
    try:
        return instant.astimezone(ZoneInfo(zone)).date()
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise ValueError(f"{zone!r} is not an IANA time zone.") from error
