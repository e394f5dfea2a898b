"""Between two days that stand in the law or the evidence a verdict stays as it is."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.registry.transfers import (
    Circumstances,
    assess_location,
    load_instruments,
    span_around,
)

DAYS = st.dates(date(1999, 1, 1), date(2031, 12, 31))
TEXT_DAYS = st.dates(date(2015, 1, 1), date(2029, 12, 31)).map(date.isoformat)
EVIDENCE = st.fixed_dictionaries(
    {},
    optional={
        "participant": st.just("Mailer Inc."),
        "covered_data": st.just(["non_hr"]),
        "status": st.sampled_from(["Active", "Withdrawn"]),
        "module": st.sampled_from([2, 3]),
        **dict.fromkeys(
            ("certified_on", "checked_on", "due_on", "signed_on", "tia_on", "tia_review_on"),
            TEXT_DAYS,
        ),
    },
)
MECHANISM = st.fixed_dictionaries(
    {
        "instrument_id": st.sampled_from([*load_instruments(), "unheard-of"]),
        "role": st.sampled_from(["primary", "fallback"]),
        "evidence": EVIDENCE,
    }
)
COUNTRIES = st.sampled_from(["US", "GB", "CH", "JP", "DK", "IE", "IN", "GI", "KR", "BR", "CA"])
LOCATION = st.fixed_dictionaries(
    {
        "country": COUNTRIES,
        "kind": st.just("storage"),
        "mechanisms": st.lists(MECHANISM, max_size=3),
    }
)


def verdict(location: dict[str, Any], day: date, exporter: str, seat: str) -> dict[str, Any]:
    return assess_location(
        location, day, exporter=exporter, about=Circumstances(seat=seat)
    ).to_mapping()


@given(LOCATION, DAYS, st.sampled_from(["DK", "GB", "CH", "US"]), COUNTRIES, st.data())
def test_it_works(
    location: dict[str, Any], day: date, exporter: str, seat: str, data: st.DataObject
) -> None:
    span = span_around(day, [location], load_instruments())
    assert span.holds(day)
    first, last = max(span.first, date(1990, 1, 1)), min(span.until, date(2040, 1, 1))
    other = data.draw(st.dates(first, max(first, last - timedelta(days=1))))
    for each in (first, last - timedelta(days=1), other):
        if span.holds(each):
            assert verdict(location, each, exporter, seat) == verdict(location, day, exporter, seat)


@pytest.mark.parametrize("ends", ["2026-11-30", "2027-06-01"])
def test_a_certification_is_another_matter_on_the_day_after_it_is_due(ends: str) -> None:
    evidence = {"participant": "A", "covered_data": ["non_hr"], "certified_on": "2025-01-01",
                "checked_on": "2026-01-01", "due_on": ends}  # fmt: skip
    held = {"instrument_id": "eu-us-dpf", "role": "primary", "evidence": evidence}
    location = {"country": "US", "kind": "storage", "mechanisms": [held]}
    day = date.fromisoformat(ends)
    assert span_around(day, [location], load_instruments()).until == day + timedelta(days=1)
