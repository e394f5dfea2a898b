"""Rules of the contract clock beyond single days."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.registry.clock import (
    Calendar,
    NoticeTerms,
    Period,
    Span,
    Starts,
    dates_counted_from,
    dates_for,
    local_day,
    objection_spans,
)
from shared.public_holidays import public_holidays, regions
from tests.unit.registry.notice_terms import hard_terms, short, terms_of_any_kind

MONDAY = date(2026, 11, 23)
AS_BY = "computed as by Regulation (EEC, Euratom) 1182/71"
days = st.dates(date(2000, 1, 1), date(2060, 12, 31))


def test_the_example_of_the_contract_holds_with_its_arithmetic() -> None:
    dates = dates_for(short(30, 14), MONDAY)
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
        "clause": f"notice period; {AS_BY} Art. 3(2)(b), 3(3)",
        "text": "Monday 23 November 2026 + 30 calendar days"
        " = Wednesday 23 December 2026, last hour.",
    }


def test_objections_from_the_sending_do_not_wait_for_a_receipt_of_the_notice() -> None:
    waits = {"notice": {"length": {"value": 30, "unit": "days"}, "starts": "acknowledged"},
             "objection": {"length": {"value": 14, "unit": "days"}, "starts": "sent"}}  # fmt: skip
    dates = dates_for(NoticeTerms.parse(waits), MONDAY)
    assert dates.provisional
    assert dates.arithmetic[0].text == (
        "Monday 23 November 2026 is the day the notice is sent; it is not counted."
    )


def test_a_moved_deadline_says_why() -> None:
    step = dates_for(short(30, 5), MONDAY).arithmetic[1]
    assert "= Saturday 28 November 2026" in step.text
    assert "Monday 30 November 2026" in step.text
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
    assert terms == NoticeTerms(Span(Period(30)), Span(Period(14)), Calendar("DK"),
                                authorisation="specific")  # fmt: skip


def test_under_specific_authorisation_silence_is_a_no() -> None:
    terms = short(30, 14, silence="consent", authorisation="specific")
    dates = dates_for(terms, MONDAY)
    assert dates.needs_approval
    assert dates.silence == "refusal"
    assert dates_for(short(30, 14), MONDAY).silence == "consent"


@pytest.mark.parametrize("rule", ["delivered", "acknowledged"])
def test_days_that_count_from_receipt_are_provisional_until_then(rule: str) -> None:
    terms = short(30, 14, receipt_rule=rule)
    announced = dates_for(terms, MONDAY)
    assert announced.provisional
    assert "not known yet" in announced.arithmetic[0].text
    received = dates_counted_from(terms, MONDAY, starting(date(2026, 11, 25)))
    assert not received.provisional
    assert received.given_on == MONDAY
    assert received.objection_deadline == date(2026, 12, 9)
    assert received.earliest_effective_on == date(2026, 12, 26)


def test_a_notice_sent_on_its_own_day_has_the_days_it_was_announced_with() -> None:
    terms = short(30, 14)
    assert dates_counted_from(terms, MONDAY, starting(MONDAY)) == dates_for(terms, MONDAY)


def test_a_notice_sent_later_counts_from_then_and_says_so() -> None:
    late = dates_counted_from(short(30, 14), MONDAY, starting(date(2026, 11, 30)))
    assert (late.given_on, late.runs_from) == (MONDAY, date(2026, 11, 30))
    assert late.objection_deadline == date(2026, 12, 14)
    assert "Monday 30 November 2026 is the day the notice is sent" in late.arithmetic[0].text


def test_nothing_happens_to_a_notice_before_its_day() -> None:
    with pytest.raises(ValueError, match="before the day of the notice"):
        dates_counted_from(short(30, 14), MONDAY, starting(date(2026, 11, 22)))


@pytest.mark.parametrize(
    "wrong",
    [
        {"notice_days": -1},
        {"notice_days": 3651},
        {"notice": {"length": {"value": 0, "unit": "days"}}},
        {"notice": {"length": {"value": 2, "unit": "fortnights"}}},
        {"objection": {"starts": "read"}},
        {"objection": {"ends": "never"}},
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
        short(**{"notice_days": 30, "objection_days": 14, **wrong})


def test_an_instant_without_zone_or_with_an_unknown_one_is_refused() -> None:
    with pytest.raises(ValueError, match="zone"):
        local_day(datetime(2026, 11, 22), "Europe/Copenhagen")
    aware = datetime.fromisoformat("2026-11-22T12:00:00+00:00")
    with pytest.raises(ValueError, match="IANA"):
        local_day(aware, "Europe/Atlantis")


def starting(day: date) -> Starts:
    return Starts(day, day)


@given(st.integers(1, 120), st.integers(1, 120), st.sampled_from(["DK", "DE-BY", None]), days,
       st.sampled_from(["calendar", "business"]))  # fmt: skip
def test_a_change_is_never_earlier_than_the_terms_allow(
    notice: int, objection: int, place: str | None, on: date, kind: str
) -> None:
    terms = short(notice, objection, kind, place)
    dates = dates_for(terms, on)
    between = (dates.earliest_effective_on - on).days - 1
    assert between >= notice
    assert dates.objection_deadline
    assert dates.earliest_effective_on > dates.objection_deadline
    assert (dates.objection_deadline - on).days >= objection
    if kind == "business":
        inside = [on + timedelta(days=n) for n in range(1, between + 1)]
        assert sum(map(terms.calendar.works, inside)) >= notice


def longer(span: Span, more: int) -> Span:
    length = Period(span.length.value + more, span.length.unit) if span.length else Period(more)
    return replace(span, length=length)


@given(hard_terms, days, st.integers(1, 30))
def test_more_days_are_never_sooner(terms: NoticeTerms, on: date, more: int) -> None:
    first = dates_for(terms, on)
    notice = dates_for(replace(terms, notice=longer(terms.notice, more)), on)
    assert notice.earliest_effective_on >= first.earliest_effective_on
    patient = dates_for(replace(terms, objection=longer(terms.objection, more)), on)
    assert no_sooner(patient.objection_deadline, first.objection_deadline)
    assert patient.earliest_effective_on >= first.earliest_effective_on


def no_sooner(deadline: date | None, other: date | None) -> bool:
    """No number before, a number now: a text that names none has no day to compare with."""
    return other is None or (deadline is not None and deadline >= other)


@given(terms_of_any_kind, days, st.integers(1, 30))
def test_a_later_notice_is_never_sooner(terms: NoticeTerms, on: date, later: int) -> None:
    first, second = dates_for(terms, on), dates_for(terms, on + timedelta(days=later))
    assert no_sooner(second.objection_deadline, first.objection_deadline)
    assert second.earliest_effective_on >= first.earliest_effective_on


@given(terms_of_any_kind, days)
def test_the_last_day_to_object_is_a_working_day(terms: NoticeTerms, on: date) -> None:
    deadline = dates_for(terms, on).objection_deadline
    assert deadline is None or terms.calendar.works(deadline)


@given(terms_of_any_kind, days, st.integers(0, 40))
def test_provisional_days_are_the_earliest_possible(
    terms: NoticeTerms, on: date, transit: int
) -> None:
    announced = dates_for(terms, on)
    received = dates_counted_from(terms, on, starting(on + timedelta(days=transit)))
    assert received.earliest_effective_on >= announced.earliest_effective_on
    assert no_sooner(received.objection_deadline, announced.objection_deadline)


@given(terms_of_any_kind, days, st.integers(0, 60))
def test_the_spans_tell_the_same_deadline_as_the_clock(
    terms: NoticeTerms, on: date, late: int
) -> None:
    start = on + timedelta(days=late)
    deadline = dates_counted_from(terms, on, starting(start)).objection_deadline
    spans = objection_spans(terms, on, 60)
    assert (start + timedelta(days=spans[late]) if spans else None) == deadline


@given(hard_terms, days, st.sampled_from(["DE", "GB", "US", "CH", "FI"]), st.data())
def test_a_country_alone_never_gives_less_than_one_of_its_regions(
    terms: NoticeTerms, on: date, country: str, data: st.DataObject
) -> None:
    region = data.draw(st.sampled_from(regions(country)))
    whole = dates_for(terms.in_calendar(country), on)
    part = dates_for(terms.in_calendar(f"{country}-{region}"), on)
    assert whole.earliest_effective_on >= part.earliest_effective_on
    assert no_sooner(whole.objection_deadline, part.objection_deadline)


@given(hard_terms, days, st.sampled_from(["SE", "FI", "DK"]))
def test_eves_never_cost_the_customer_a_day(terms: NoticeTerms, on: date, place: str) -> None:
    rested = dates_for(terms.in_calendar(place, eves=True), on)
    worked = dates_for(terms.in_calendar(place, eves=False), on)
    assert rested.earliest_effective_on >= worked.earliest_effective_on
    assert no_sooner(rested.objection_deadline, worked.objection_deadline)


@given(hard_terms, hard_terms, days)
def test_a_second_period_in_one_text_never_costs_the_customer_a_day(
    terms: NoticeTerms, other: NoticeTerms, on: date
) -> None:
    both = replace(terms, also=(*terms.also, (other.notice, other.objection)))
    one, two = dates_for(terms, on), dates_for(both, on)
    assert two.earliest_effective_on >= one.earliest_effective_on
    assert no_sooner(two.objection_deadline, one.objection_deadline)


def test_soft_numbers_set_no_day_and_are_shown() -> None:
    dates = dates_for(short(30, 14, soft=True), MONDAY)
    assert dates.objection_deadline is None
    assert dates.earliest_effective_on == date(2026, 11, 24)
    assert "14 calendar days, where possible" in dates.arithmetic[1].text


@pytest.mark.parametrize("days", [0, None])
def test_no_days_to_object_are_no_deadline(days: int | None) -> None:
    dates = dates_for(short(30, days), date(2027, 1, 30))
    assert dates.objection_deadline is None
    assert dates.earliest_effective_on == date(2027, 3, 2)
    assert dates.arithmetic[1].to_mapping() == {
        "name": "objection_deadline",
        "day": None,
        "clause": "objection period; GDPR Art. 28(2)",
        "text": "The agreement names no number of days, so none of them is the last.",
    }


def test_of_two_periods_in_one_text_both_are_shown_and_the_longer_one_binds() -> None:
    terms = short(30, 14, also=[{"notice": {"length": {"value": 2, "unit": "months"}}}])
    dates = dates_for(terms, MONDAY)
    assert dates.earliest_effective_on == date(2027, 1, 24)
    assert "2 months" in dates.arithmetic[2].text
    assert "names 2 periods" in dates.arithmetic[2].text


def test_a_calendar_is_read_once_and_stays_as_it_is() -> None:
    assert public_holidays("DK", 2026) is public_holidays("DK", 2026)
    assert date(2026, 4, 6) in public_holidays("DK", 2026)


def test_what_a_text_says_of_one_kind_of_change_leaves_the_rest_as_it_is() -> None:
    days = {"value": 60, "unit": "days"}
    general = {"notice": {"length": days, "starts": "delivered"}, "objection": {"length": days},
               "also": [{"notice": {"length": {"value": 3, "unit": "months"}}}]}  # fmt: skip
    unsaid = {**general, "by_kind": {"add": {"notice": {"starts": "delivered"}, "objection": {}}}}
    assert NoticeTerms.parse(unsaid, kind="add") == NoticeTerms.parse(general)

    week = {"value": 1, "unit": "weeks"}
    shorter = {**general, "by_kind": {"remove": {"notice": {"length": week}}}}
    told = NoticeTerms.parse(shorter, kind="remove")
    assert (told.notice.length, told.notice.rule) == (Period(1, "weeks"), "delivered")
    assert (told.objection, told.also) == (
        NoticeTerms.parse(general).objection, NoticeTerms.parse(general).also)  # fmt: skip
