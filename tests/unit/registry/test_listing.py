"""The days of an entry on the list: those of its unbroken stay, not of the row that is read."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.registry.model.listing import NextChange, Span, listed, stay
from services.registry.model.register import FOREVER

FIRST = date(2026, 1, 1)


def span(text: str) -> Span:
    """``01-05..02-28``: days of 2026; nothing behind the dots: for ever."""
    first, last = text.split("..")
    return Span(day(first), day(last) if last else FOREVER)


def day(text: str) -> date:
    return date.fromisoformat(f"2026-{text}")


@pytest.mark.parametrize(
    ("own", "others", "since", "until", "why"),
    [
        ("01-01..", "", "01-01", None, "one row, without an end"),
        ("03-01..", "01-01..02-28", "01-01", None, "amended: the entry keeps its day"),
        ("01-01..02-28", "03-01..", "01-01", None, "it changes: that is no end"),
        ("03-01..03-31", "01-01..02-28, 04-01..", "01-01", None, "amended twice"),
        ("04-01..", "03-01..03-31, 01-01..02-28", "01-01", None, "the order of rows says nothing"),
        ("01-01..02-28", "", "01-01", "02-28", "it is removed on the day after"),
        ("01-01..02-28", "03-01..04-30", "01-01", "04-30", "it changes, and is removed later"),
        ("05-01..", "01-01..02-28", "05-01", None, "it came back, and begins anew"),
        ("01-01..02-28", "05-01..", "01-01", "02-28", "it will come back, and ends before"),
        ("03-02..", "01-01..02-28", "03-02", None, "a day between is a break"),
    ],
)
def test_an_entry_is_on_the_list_as_long_as_its_rows_follow_each_other(
    own: str, others: str, since: str, until: str | None, why: str
) -> None:
    rows = [span(each) for each in others.split(", ") if each]
    told = listed(span(own), rows, {}, "sub_1")
    assert (told.listed_since, told.listed_until) == (day(since), until and day(until)), why


def test_the_next_change_is_that_of_the_entry() -> None:
    change = NextChange("chg_1", "modify", day("03-01"))
    assert listed(span("01-01.."), [], {"sub_1": change}, "sub_1").next_change == change
    assert listed(span("01-01.."), [], {"sub_1": change}, "sub_2").next_change is None


@given(st.lists(st.integers(1, 400), min_size=1, max_size=8), st.integers(0, 7))
def test_each_row_of_a_stay_tells_the_same_days(lengths: list[int], at: int) -> None:
    rows, first = [], FIRST
    for length in lengths:
        rows.append(Span(first, first + timedelta(length - 1)))
        first += timedelta(length)
    own = rows.pop(at % len(rows))
    assert stay(own, rows) == Span(FIRST, first - timedelta(1))


def test_the_first_and_the_last_day_of_all_overflow_nothing() -> None:
    always = Span(date.min, FOREVER)
    assert stay(always, [always]) == always


def test_an_entry_says_its_days_and_its_next_change_as_members() -> None:
    coming = {"sub_1": NextChange("chg_1", "remove", day("05-01"))}
    assert listed(span("01-01..04-30"), [], coming, "sub_1").members() == {
        "listed_since": day("01-01"),
        "listed_until": day("04-30"),
        "next_change": {"change_id": "chg_1", "kind": "remove", "effective_on": day("05-01")},
    }
