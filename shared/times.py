"""Instants and days: machines keep UTC instants, the law counts days; they never mix silently."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from babel.core import get_global

_DAY = re.compile(r"^[0-9]{4}-[0-9]{2}-[0-9]{2}\Z")

# The zone of the machine, and the one of a machine that nobody has set: no places.
_NO_PLACES = {"localtime", "Factory", "posixrules"}

Clock = Callable[[], datetime]


def is_time_zone(name: str) -> bool:
    """Whether ``name`` is a time zone of IANA, the same on each machine."""
    return name in _time_zones()


@cache
def _time_zones() -> frozenset[str]:
    return frozenset(available_timezones() - _NO_PLACES)


@cache
def zone_of(country: str) -> str | None:
    """The time zone of a country (ISO 3166-1) where one clock shows its time (CLDR); None where
    several do, or none is known."""
    of_country = get_global("zone_territories").items()
    zones = sorted(zone for zone, place in of_country if place == country and is_time_zone(zone))
    return zones[0] if zones and all(same_clock(zones[0], zone) for zone in zones) else None


def is_zone_of(zone: str, country: str) -> bool:
    """Whether a time zone is one of a country (ISO 3166-1), by its own name (CLDR)."""
    return get_global("zone_territories").get(zone) == country


@cache
def has_several_clocks(country: str) -> bool:
    """Whether the places of a country show different times, so that its name gives none."""
    places = get_global("zone_territories").values()
    return country in places and zone_of(country) is None


@cache
def same_clock(one: str, other: str) -> bool:
    """Whether two time zones show the same time, in each week of some years."""
    zones = (ZoneInfo(one), ZoneInfo(other))
    first, second = ([each.astimezone(zone).utcoffset() for each in _WEEKS] for zone in zones)
    return first == second


_WEEKS = tuple(datetime(2026, 1, 1, tzinfo=UTC) + timedelta(weeks=week) for week in range(160))


def utc_now() -> datetime:
    """The present instant in UTC, cut to whole milliseconds, which is what MongoDB keeps."""
    return whole_milliseconds(datetime.now(UTC))


def whole_milliseconds(at: datetime) -> datetime:
    return at.replace(microsecond=at.microsecond // 1000 * 1000)


def format_instant(at: datetime) -> str:
    """RFC 3339 in UTC with ``Z`` and milliseconds: ``2026-11-22T13:00:00.000Z``."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def parse_instant(text: str) -> datetime:
    """Read an RFC 3339 instant; ``ValueError`` when it is none or has no offset."""
    at = datetime.fromisoformat(text)
    if at.tzinfo is None:
        raise ValueError(f"{text!r} has no time zone")
    try:
        return whole_milliseconds(at.astimezone(UTC))
    except OverflowError as error:
        raise ValueError(f"{text!r} lies outside the calendar") from error


def parse_day(text: str) -> date:
    """Read ``YYYY-MM-DD`` and nothing else (``date.fromisoformat`` also takes week dates)."""
    if not _DAY.match(text):
        raise ValueError(f"{text!r} is not a day of the form YYYY-MM-DD")
    return date.fromisoformat(text)
