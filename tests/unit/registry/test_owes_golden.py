"""Every line of golden_owes.txt: what a customer is owed of a change."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from services.registry.clock import information_dates, owes
from tests.unit.registry.golden import listed, rows

CASES = rows("golden_owes.txt")


@pytest.mark.parametrize("case", CASES, ids=[" ".join(case) for case in CASES])
def test_it_is_owed_what_the_table_says(case: tuple[str, ...]) -> None:
    kind, words, owed_for, by_kind, owed, why = case
    terms: dict[str, Any] = {
        "owed_for": listed(owed_for) or None,
        "by_kind": {each: {"notice": {}} for each in listed(by_kind)},
    }
    assert owes(terms, kind, listed(words)) == owed
    assert why


def test_information_sets_no_day_and_waits_for_none() -> None:
    dates = information_dates(date(2026, 11, 23))
    assert (dates.objection_deadline, dates.earliest_effective_on) == (None, date(2026, 11, 23))
    assert (dates.provisional, dates.needs_approval, dates.silence) == (False, False, None)
    assert (dates.given_on, dates.runs_from) == (date(2026, 11, 23), date(2026, 11, 23))
    (step,) = dates.arithmetic
    assert (step.name, step.day) == ("for_information", date(2026, 11, 23))
    assert step.clause == "GDPR Art. 28(2): additions and replacements; owed_for of the agreement"
    assert step.text == (
        "The agreement owes no notice of such a change; nobody is asked to object, or waits."
    )
