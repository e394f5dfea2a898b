"""Public holidays of countries and of their regions (ISO 3166-1, ISO 3166-2).

The days are those of the library ``holidays``, category ``public``; they are not the lists that
Regulation (EEC, Euratom) 1182/71 Art. 2(1) asks the member states for.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from functools import cache, lru_cache

import holidays
import pycountry

# Regions of a country are compared in these years: a year may hide a holiday on a Sunday.
COMPARED_YEARS = (2026, 2027, 2028)
# The library has none of them since 2022: under martial law every day is a working day.
WITHOUT_HOLIDAYS = frozenset({"UA"})
CHRISTMAS_EVE, NEW_YEARS_EVE, CONSTITUTION_DAY = (12, 24), (12, 31), (6, 5)
# Days that law or custom treats like holidays, by country; Midsummer Eve is Friday, 19 to 25 June.
# SE: lag (1930:173) § 2. FI: laki 150/1930 § 5. DK: custom.
FIXED_EVES = {
    "SE": (CHRISTMAS_EVE, NEW_YEARS_EVE),
    "FI": (CHRISTMAS_EVE,),
    "DK": (CHRISTMAS_EVE, CONSTITUTION_DAY),
}
WITH_MIDSUMMER_EVE = frozenset({"SE", "FI"})
EVES_BY_DEFAULT = frozenset({"SE", "FI"})
EVES_IN_CALENDAR = frozenset({"FI"})  # The library lists them with the public holidays.
# Countries of which the library lists only the regions that differ from the rest.
LISTED_BY_EXCEPTION = frozenset({"FR"})


class CalendarUnknown(ValueError):
    """There is no calendar of public holidays for this place."""


def country_of(code: str) -> str:
    """``DE`` for ``DE-BY`` and for ``DE``."""
    return code.partition("-")[0]


@lru_cache(maxsize=2048)
def public_holidays(code: str, year: int) -> frozenset[date]:
    """The public holidays of a place in a year. Raises ``CalendarUnknown``.

    A country alone has the holidays of all its regions: nobody knows which of them is meant, and
    a day more is in the customer's favour. The library fills its calendars as they are read, which
    is not safe between threads; hence one closed set per year.
    """
    check_calendar(code)
    country, _, region = code.partition("-")
    if region:
        return _days(country, region if region in regions(country) else None, year)
    return _days(country, None, year).union(*(_days(country, each, year)
                                              for each in regions(country)))  # fmt: skip


def eves(country: str, year: int) -> frozenset[date]:
    """The days of a year that are eves in a country, whatever day of the week they are."""
    fixed = {date(year, *day) for day in FIXED_EVES.get(country, ())}
    return frozenset(fixed | ({_midsummer_eve(year)} if country in WITH_MIDSUMMER_EVE else set()))


@cache
def regions(country: str) -> tuple[str, ...]:
    """The regions of a country that have a calendar of their own, without the country's code."""
    listed = holidays.list_supported_countries(include_aliases=False).get(country, ())
    return tuple(each for each in listed if is_region(f"{country}-{each}"))


@cache
def differs_inside(country: str) -> bool:
    """Whether some region of a country has other public holidays than another."""
    return any(_days(country, region, year) != _days(country, None, year)
               for region in regions(country) for year in COMPARED_YEARS)  # fmt: skip


@cache
def has_holidays(country: str) -> bool:
    """Whether the country's public holidays of these years are known, be it that it has none."""
    known = all(_days(country, None, year) for year in COMPARED_YEARS)
    return known or country in WITHOUT_HOLIDAYS


def is_region(code: str) -> bool:
    """Whether ``code`` is one of ISO 3166-2."""
    return code in _region_codes()


@cache
def _region_codes() -> frozenset[str]:
    return frozenset(region.code for region in pycountry.subdivisions)


def check_calendar(code: str) -> None:
    """Raises ``CalendarUnknown``, with the way out, unless the place has a calendar."""
    country, _, region = code.partition("-")
    if country not in holidays.list_supported_countries(include_aliases=False):
        raise CalendarUnknown(f"The public holidays of {country} are not known here.")
    if not region or region in regions(country):
        return
    one_calendar = country in LISTED_BY_EXCEPTION or not differs_inside(country)
    if not (one_calendar and is_region(code)):
        known = ", ".join(_with_country(country)) or "none; write the country alone"
        raise CalendarUnknown(f"{code} has no calendar here; the regions of {country}: {known}.")


def _with_country(country: str) -> Iterator[str]:
    return (f"{country}-{region}" for region in regions(country))


def _days(country: str, region: str | None, year: int) -> frozenset[date]:
    return frozenset(holidays.country_holidays(country, subdiv=region, years=year))


def _midsummer_eve(year: int) -> date:
    first = date(year, 6, 19)
    return first + timedelta((4 - first.weekday()) % 7)
