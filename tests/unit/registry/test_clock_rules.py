"""Rules of the contract clock beyond single days."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.registry.clock import (
    NoticeTerms,
    dates_counted_from,
    dates_for,
    is_working_day,
    local_day,
    objection_spans,
    public_holidays,
)

MONDAY = date(2026, 11, 23)
days = st.dates(date(2000, 1, 1), date(2060, 12, 31))
terms_of_any_kind = st.builds(
    NoticeTerms,
    st.integers(0, 120),
    st.integers(0, 120),
    st.sampled_from(["calendar", "business"]),
    st.sampled_from(["DK", "SE", "NO", "FI", "DE-BY", "GB", None]),
    st.sampled_from(["sent", "delivered", "acknowledged"]),
    st.sampled_from(["consent", "refusal"]),
    st.sampled_from(["general", "specific"]),
)


def test_the_example_of_the_contract_holds_with_its_arithmetic() -> None:
    dates = dates_for(NoticeTerms(30, 14), MONDAY)
    assert dates.objection_deadline == date(2026, 12, 7)
    assert dates.earliest_effective_on == date(2026, 12, 24)
    assert [step.name for step in dates.arithmetic] == [
        "runs_from",
        "objection_deadline",
        "notice_ends_on",
        "earliest_effective_on",
    ]
    assert dates.arithmetic[2].to_mapping() == {
        "name": "notice_ends_on",
        "day": "2026-12-23",
        "clause": "notice period; Regulation (EEC, Euratom) 1182/71 Art. 3(2)(b), 3(3)",
        "text": "Mon 2026-11-23 + 30 calendar days = Wed 2026-12-23, last hour.",
    }


def test_a_moved_deadline_says_why() -> None:
    step = dates_for(NoticeTerms(30, 5), MONDAY).arithmetic[1]
    assert "= Sat 2026-11-28" in step.text
    assert "Mon 2026-11-30" in step.text
    assert "3(4)" in step.clause


def test_terms_are_read_as_the_contract_writes_them() -> None:
    record: dict[str, Any] = {
        "key": "k1",
        "authorisation": "specific",
        "terms": {
            "notice_days": 30,
            "objection_days": 14,
            "day_kind": "calendar",
            "holidays": "DK",
            "receipt_rule": "sent",
            "silence": "consent",
            "channels": ["webhook"],
        },
        "agreements": 4,
    }
    terms = NoticeTerms.parse(record["terms"], record["authorisation"])
    assert terms == NoticeTerms(30, 14, authorisation="specific")


def test_under_specific_authorisation_silence_is_a_no() -> None:
    terms = NoticeTerms(30, 14, silence="consent", authorisation="specific")
    dates = dates_for(terms, MONDAY)
    assert dates.needs_approval
    assert dates.silence == "refusal"
    assert dates_for(NoticeTerms(30, 14), MONDAY).silence == "consent"


@pytest.mark.parametrize("rule", ["delivered", "acknowledged"])
def test_days_that_count_from_receipt_are_provisional_until_then(rule: str) -> None:
    terms = NoticeTerms(30, 14, receipt_rule=rule)
    announced = dates_for(terms, MONDAY)
    assert announced.provisional
    assert "not known yet" in announced.arithmetic[0].text
    received = dates_counted_from(terms, MONDAY, date(2026, 11, 25))
    assert not received.provisional
    assert received.given_on == MONDAY
    assert received.objection_deadline == date(2026, 12, 9)
    assert received.earliest_effective_on == date(2026, 12, 26)


def test_a_notice_sent_on_its_own_day_has_the_days_it_was_announced_with() -> None:
    terms = NoticeTerms(30, 14)
    assert dates_counted_from(terms, MONDAY, MONDAY) == dates_for(terms, MONDAY)


def test_a_notice_sent_later_counts_from_then_and_says_so() -> None:
    late = dates_counted_from(NoticeTerms(30, 14), MONDAY, date(2026, 11, 30))
    assert (late.given_on, late.runs_from) == (MONDAY, date(2026, 11, 30))
    assert late.objection_deadline == date(2026, 12, 14)
    assert "Mon 2026-11-30 is the day the notice is sent" in late.arithmetic[0].text


def test_nothing_happens_to_a_notice_before_its_day() -> None:
    with pytest.raises(ValueError, match="before the day of the notice"):
        dates_counted_from(NoticeTerms(30, 14), MONDAY, date(2026, 11, 22))


@pytest.mark.parametrize(
    "wrong",
    [
        {"notice_days": -1},
        {"notice_days": 3651},
        {"notice_days": True},
        {"objection_days": "14"},
        {"objection_days": 1.5},
        {"day_kind": "working"},
        {"holidays": "ZZ"},
        {"holidays": "DE-XX"},
        {"receipt_rule": "read"},
        {"silence": "maybe"},
        {"authorisation": "none"},
    ],
)
def test_terms_that_cannot_be_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        replace(NoticeTerms(30, 14), **wrong)


def test_an_instant_without_zone_or_with_an_unknown_one_is_refused() -> None:
    with pytest.raises(ValueError, match="zone"):
        local_day(datetime(2026, 11, 22), "Europe/Copenhagen")
    aware = datetime.fromisoformat("2026-11-22T12:00:00+00:00")
    with pytest.raises(ValueError, match="IANA"):
        local_day(aware, "Europe/Atlantis")


@given(terms_of_any_kind, days)
def test_a_change_is_never_earlier_than_the_terms_allow(terms: NoticeTerms, on: date) -> None:
    dates = dates_for(terms, on)
    between = (dates.earliest_effective_on - on).days - 1
    assert between >= terms.notice_days
    assert dates.earliest_effective_on > dates.objection_deadline
    assert (dates.objection_deadline - on).days >= terms.objection_days
    if terms.day_kind == "business":
        inside = [on + timedelta(days=n) for n in range(1, between + 1)]
        working = sum(is_working_day(day, terms.holidays) for day in inside)
        assert working >= terms.notice_days


@given(terms_of_any_kind, days, st.integers(1, 30))
def test_more_days_are_never_sooner(terms: NoticeTerms, on: date, more: int) -> None:
    first = dates_for(terms, on)
    longer = dates_for(replace(terms, notice_days=terms.notice_days + more), on)
    assert longer.earliest_effective_on >= first.earliest_effective_on
    patient = dates_for(replace(terms, objection_days=terms.objection_days + more), on)
    assert patient.objection_deadline >= first.objection_deadline
    assert patient.earliest_effective_on >= first.earliest_effective_on


@given(terms_of_any_kind, days, st.integers(1, 30))
def test_a_later_notice_is_never_sooner(terms: NoticeTerms, on: date, later: int) -> None:
    first, second = dates_for(terms, on), dates_for(terms, on + timedelta(days=later))
    assert second.objection_deadline >= first.objection_deadline
    assert second.earliest_effective_on >= first.earliest_effective_on


@given(terms_of_any_kind, days)
def test_the_last_day_to_object_is_a_working_day(terms: NoticeTerms, on: date) -> None:
    assert is_working_day(dates_for(terms, on).objection_deadline, terms.holidays)


@given(terms_of_any_kind, days, st.integers(0, 40))
def test_provisional_days_are_the_earliest_possible(
    terms: NoticeTerms, on: date, transit: int
) -> None:
    announced = dates_for(terms, on)
    received = dates_counted_from(terms, on, on + timedelta(days=transit))
    assert received.earliest_effective_on >= announced.earliest_effective_on
    assert received.objection_deadline >= announced.objection_deadline


@given(terms_of_any_kind, days, st.integers(0, 60))
def test_the_spans_tell_the_same_deadline_as_the_clock(
    terms: NoticeTerms, on: date, late: int
) -> None:
    start = on + timedelta(days=late)
    deadline = dates_counted_from(terms, on, start).objection_deadline
    assert start + timedelta(days=objection_spans(terms, on, 60)[late]) == deadline


@given(terms_of_any_kind, days, st.integers(0, 40), st.integers(0, 40))
def test_a_later_sending_moves_the_days_later_and_never_earlier(
    terms: NoticeTerms, on: date, first: int, more: int
) -> None:
    one = dates_counted_from(terms, on, on + timedelta(days=first))
    other = dates_counted_from(terms, on, on + timedelta(days=first + more))
    assert other.objection_deadline >= one.objection_deadline
    assert other.earliest_effective_on >= one.earliest_effective_on
    assert (other.objection_deadline - other.runs_from).days >= terms.objection_days


def test_a_calendar_is_read_once_and_stays_as_it_is() -> None:
    assert public_holidays("DK", 2026) is public_holidays("DK", 2026)
    assert date(2026, 4, 6) in public_holidays("DK", 2026)
