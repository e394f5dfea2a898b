"""Every line of golden_steps.txt, and the days once both periods have their own start."""

from __future__ import annotations

from datetime import date

import pytest

from services.registry.clock import Starts, dates_counted_from, dates_for, first_day_spans
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


def test_a_second_period_of_the_text_counts_in_the_days_until_a_change() -> None:
    notice, objection = first_day_spans(long("30d&40d", "14d&21d"), MONDAY, 0)
    assert (notice, objection) == ((41,), (22,))
