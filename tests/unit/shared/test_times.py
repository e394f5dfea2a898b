"""Days and instants are read strictly and written one way."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from shared.ids import derived_id, new_id
from shared.times import format_instant, parse_day, parse_instant, same_clock, zone_of


def test_an_instant_is_written_in_utc_with_z() -> None:
    at = datetime(2026, 11, 22, 14, tzinfo=timezone(timedelta(hours=1)))

    assert format_instant(at) == "2026-11-22T13:00:00.000Z"


def test_an_instant_is_read_back() -> None:
    assert parse_instant("2026-11-22T14:00:00+01:00") == datetime(2026, 11, 22, 13, tzinfo=UTC)


def test_an_instant_without_offset_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        parse_instant("2026-11-22T14:00:00")


def test_a_day_is_read() -> None:
    assert parse_day("2024-02-29") == date(2024, 2, 29)


@pytest.mark.parametrize("text", ["2026-W47-7", "20261122", "2026-02-29", "2026-1-1", "x", ""])
def test_what_is_no_day_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        parse_day(text)


def test_ids_sort_by_the_time_they_were_made() -> None:
    made = [new_id("agr") for _ in range(200)]

    assert made == sorted(made)
    assert len(set(made)) == len(made)


def test_a_derived_id_depends_on_each_part_and_on_where_parts_end() -> None:
    assert derived_id("msg", "a", "b") == derived_id("msg", "a", "b")
    assert derived_id("msg", "a", "b") != derived_id("msg", "ab", "")


@pytest.mark.parametrize(
    ("country", "zone"),
    [
        ("GB", "Europe/London"), ("FI", "Europe/Helsinki"), ("SE", "Europe/Stockholm"),
        ("CH", "Europe/Zurich"), ("JP", "Asia/Tokyo"), ("DE", "Europe/Berlin"),
        ("US", None), ("ES", None), ("NZ", None), ("XX", None),
    ],
)  # fmt: skip
def test_a_country_has_a_time_zone_where_all_its_clocks_agree(
    country: str, zone: str | None
) -> None:
    assert zone_of(country) == zone


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [("Europe/Copenhagen", "Europe/Stockholm", True), ("Europe/Copenhagen", "Europe/London", False),
     ("Europe/Copenhagen", "Africa/Lagos", False), ("America/Phoenix", "America/Denver", False)],
)  # fmt: skip
def test_two_zones_have_one_clock_if_they_agree_all_year(one: str, other: str, same: bool) -> None:
    assert same_clock(one, other) is same
