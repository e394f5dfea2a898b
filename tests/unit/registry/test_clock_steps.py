"""Every line of golden_steps.txt, and the days once both periods have their own start."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime

import pytest

from services.registry.clock import (
    Calendar,
    NoticeTerms,
    Period,
    Span,
    Starts,
    dates_counted_from,
    dates_for,
    deemed_spans,
    first_day_spans,
    local_day,
    objection_spans,
)
from services.registry.clock.dates import first_day
from tests.unit.registry.golden import rows
from tests.unit.registry.notice_terms import long, short

CASES = rows("golden_steps.txt")
MONDAY = date(2026, 11, 23)
TUESDAY, WEDNESDAY = date(2026, 11, 24), date(2026, 11, 25)


@pytest.mark.parametrize("case", CASES, ids=[" ".join((*case[:7],)) for case in CASES])
def test_each_day_has_its_clause_and_its_arithmetic(case: tuple[str, ...]) -> None:
    given_on, notice, objection, place, rule, effective_on, name, day, clause, text = case
    terms = long(notice, objection, place, receipt_rule=rule)
    effective = None if effective_on == "-" else date.fromisoformat(effective_on)
    dates = dates_for(terms, date.fromisoformat(given_on), effective)
    assert next(step.to_mapping() for step in dates.arithmetic if step.name == name) == {
        "name": name,
        "day": None if day == "-" else day,
        "clause": clause.replace("REG", "computed as by Regulation (EEC, Euratom) 1182/71"),
        "text": text,
    }


@pytest.mark.parametrize(
    ("notice", "objection", "is_provisional"),
    [("sent", "sent", False), ("delivered", "sent", True), ("sent", "acknowledged", True)],
)
def test_one_period_that_counts_from_receipt_makes_the_days_provisional(
    notice: str, objection: str, is_provisional: bool
) -> None:
    terms = long("30d", "14d")
    members = {
        "notice": {"length": {"value": 30, "unit": "days"}, "starts": notice},
        "objection": {"length": {"value": 14, "unit": "days"}, "starts": objection},
    }
    dates = dates_for(terms.parse(members), MONDAY)
    assert dates.provisional is is_provisional
    # GDPR Art. 28(2): the customer's time to object may begin with any period that the text names.
    named_beside = {**members, "notice": None, "objection": None, "also": [members]}
    assert dates_for(terms.parse(named_beside), MONDAY).provisional is is_provisional


@pytest.mark.parametrize("starts", [Starts(MONDAY, WEDNESDAY), Starts(WEDNESDAY, MONDAY)])
def test_no_period_starts_before_the_day_of_the_notice(starts: Starts) -> None:
    with pytest.raises(ValueError, match="2026-11-23 is before the day of the notice, 2026-11-24"):
        dates_counted_from(short(30, 14), TUESDAY, starts)


# 30 days of notice from Monday end on 23 December; 14 days to object from Tuesday 15 December end
# on Tuesday the 29th; without days, the later of the two starts is the last day (GDPR Art. 28(2)).
@pytest.mark.parametrize(
    ("notice", "objection", "starts", "first"),
    [
        (30, 14, Starts(MONDAY, MONDAY), date(2026, 12, 24)),
        (30, 14, Starts(MONDAY, date(2026, 12, 15)), date(2026, 12, 30)),
        (None, None, Starts(WEDNESDAY, TUESDAY), date(2026, 11, 26)),
        (None, None, Starts(TUESDAY, WEDNESDAY), date(2026, 11, 26)),
    ],
)
def test_a_change_begins_on_the_day_after_the_last_period(
    notice: int | None, objection: int | None, starts: Starts, first: date
) -> None:
    assert first_day(short(notice, objection), starts) == first


# 14 days from Monday 23 November end on Monday 7 December, and so on until Friday; from Saturday 28
# they end on Monday 14, as Saturday 12 is no working day (Regulation 1182/71 Art. 3(4)).
def test_the_days_until_a_change_are_told_of_each_period_alone() -> None:
    notice, objection = first_day_spans(short(30, 14), MONDAY, 5)
    assert notice == (31, 31, 31, 31, 31, 31)
    assert objection == (15, 15, 15, 15, 15, 17)


# Ten days end on 3 December, thirty on the 23rd: neither period hides the other.
@pytest.mark.parametrize("objection", ["30d", "14d&30d"])
def test_a_longer_objection_is_no_part_of_the_notice(objection: str) -> None:
    assert first_day_spans(long("10d", objection), MONDAY, 0) == ((11,), (31,))


def test_a_second_period_of_the_text_counts_in_the_days_until_a_change() -> None:
    notice, objection = first_day_spans(long("30d&40d", "14d&21d"), MONDAY, 0)
    assert (notice, objection) == ((41,), (22,))


# 30 days from Monday 23 November end on 23 December, so this customer's own first day is the 24th
# and one day later for a notice of the 24th. Five days before 15 January is the 10th: 48 days after
# 23 November. Sixty days after Tuesday 24 November, the first working day to object, is 23 January.
@pytest.mark.parametrize(
    ("notice", "objection", "effective_on", "spans"),
    [
        ("30d", "14d", date(2027, 1, 15), (14, 14)),
        ("30d", "until", date(2027, 1, 15), (53, 52)),
        ("30d", "until", date(2026, 12, 1), (31, 31)),
        ("30d", "until", None, ()),
        ("30d", "until-5d", date(2027, 1, 15), (48, 47)),
        ("30d", "until-5d", date(2026, 12, 1), (26, 26)),
        ("-", "until-60d", date(2027, 1, 15), (1, 1)),
    ],
)
def test_an_objection_until_the_change_lasts_until_this_customers_own_day(
    notice: str, objection: str, effective_on: date | None, spans: tuple[int, ...]
) -> None:
    assert objection_spans(long(notice, objection), MONDAY, 1, effective_on) == spans


# After Thursday 24 December come a public holiday and a weekend; 28, 29 and 30 work in Denmark.
@pytest.mark.parametrize(
    ("after", "place", "spans"),
    [
        (Period(3, "business_days"), "DK", (6, 5)),
        (Period(3, "business_days"), None, (5, 5)),
        (Period(3), "DK", (3, 3)),
        (None, "DK", ()),
    ],
)
def test_a_notice_counts_as_received_so_long_after_its_sending(
    after: Period | None, place: str | None, spans: tuple[int, ...]
) -> None:
    span = Span(deemed_after=after)
    assert deemed_spans(span, date(2026, 12, 24), 1, Calendar(place)) == spans


def test_the_nearest_working_day_lies_on_either_side_of_a_weekend() -> None:
    calendar, friday, sunday = Calendar("DK"), date(2026, 11, 20), date(2026, 11, 22)
    assert (calendar.last_working_day(sunday), calendar.last_working_day(friday)) == (
        friday,
        friday,
    )
    assert calendar.next_working_day(sunday) == calendar.next_working_day(MONDAY) == MONDAY


@pytest.mark.parametrize(
    ("period", "words"),
    [
        (Period(1), "1 calendar day"),
        (Period(2), "2 calendar days"),
        (Period(1, "business_days"), "1 business day"),
        (Period(1, "weeks"), "1 week"),
        (Period(12, "months"), "12 months"),
        (Period(3650), "3650 calendar days"),
    ],
)
def test_a_period_reads_as_its_number_and_unit(period: Period, words: str) -> None:
    assert str(period) == words


UNITS = "days, business_days, weeks, months, years"


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Period(1, "hours"), f"unit is one of {UNITS}, not 'hours'."),
        (lambda: Period(0), "A period is of 1 to 3650 days, not 0."),
        (lambda: Period(3651), "A period is of 1 to 3650 days, not 3651."),
        (
            lambda: Period.of_days(5, "lunar"),
            "day_kind is one of calendar, business, not 'lunar'.",
        ),
        (
            lambda: Span(starts="read"),
            "starts is one of sent, published, delivered, acknowledged, not 'read'.",
        ),
        (lambda: Span(ends="never"), "ends is one of length, effective_day, not 'never'."),
        (
            lambda: NoticeTerms(silence="maybe"),
            "silence is one of consent, refusal, not 'maybe'.",
        ),
        (
            lambda: NoticeTerms(authorisation="tacit"),
            "authorisation is one of general, specific, not 'tacit'.",
        ),
        (
            lambda: local_day(datetime(2026, 11, 23), "Europe/Copenhagen"),
            "An instant needs its zone; this one has none.",
        ),
    ],
)
def test_words_and_numbers_that_cannot_be_are_named(
    make: Callable[[], object], message: str
) -> None:
    with pytest.raises(ValueError) as refused:  # noqa: PT011  The whole message is compared.
        make()
    assert str(refused.value) == message


def test_ten_years_are_the_longest_period() -> None:
    assert Period(3650).value == 3650
    with pytest.raises(ValueError, match="not 3651"):
        Period(3651, "months")
