"""Public holidays of countries and regions."""

from __future__ import annotations

from datetime import date

import pytest

from shared.public_holidays import (
    CalendarUnknown,
    check_calendar,
    differs_inside,
    eves,
    public_holidays,
    regions,
)

# Where law gives a part of the country holidays of its own.
DIFFER = ["AU", "CA", "CH", "DE", "ES", "FI", "FR", "GB", "IT", "PT", "US"]
# Where every public holiday is one of the whole state.
SAME = ["BE", "CZ", "DK", "IE", "NL", "NO", "PL", "SE"]


@pytest.mark.parametrize("country", DIFFER)
def test_a_country_with_differing_regions_is_known_as_such(country: str) -> None:
    assert differs_inside(country)


@pytest.mark.parametrize("country", SAME)
def test_a_country_with_one_calendar_is_known_as_such(country: str) -> None:
    assert not differs_inside(country)


@pytest.mark.parametrize("country", DIFFER)
def test_a_country_alone_has_the_holidays_of_every_region(country: str) -> None:
    whole = public_holidays(country, 2027)
    parts = [public_holidays(f"{country}-{region}", 2027) for region in regions(country)]
    assert whole >= frozenset().union(*parts)


@pytest.mark.parametrize(
    ("code", "way_out"),
    [
        ("ZZ", "ZZ are not known"),
        ("DE-XX", "DE-BY"),
        ("GB-LND", "GB-ENG"),
        ("BE-XX", "write the country alone"),
        ("NO-99", "NO-03"),
    ],
)
def test_a_place_without_calendar_is_refused_with_the_way_out(code: str, way_out: str) -> None:
    with pytest.raises(CalendarUnknown, match=way_out):
        check_calendar(code)


@pytest.mark.parametrize("code", ["DK-84", "NO-03", "BE-BRU", "FR-IDF"])
def test_a_region_without_holidays_of_its_own_has_those_of_its_country(code: str) -> None:
    assert date(2027, 5, 6) in public_holidays(code, 2027)


# Midsummer Eve is the Friday before Midsummer Day, the Saturday from 20 to 26 June.
@pytest.mark.parametrize(
    ("country", "year", "days"),
    [
        ("SE", 2026, ["06-19", "12-24", "12-31"]),
        ("SE", 2027, ["06-25", "12-24", "12-31"]),
        ("FI", 2027, ["06-25", "12-24"]),
        ("FI", 2028, ["06-23", "12-24"]),
        ("DK", 2027, ["06-05", "12-24"]),
        ("NO", 2027, []),
    ],
)
def test_eves_are_those_of_the_country(country: str, year: int, days: list[str]) -> None:
    assert sorted(map(str, eves(country, year))) == [f"{year}-{day}" for day in days]
