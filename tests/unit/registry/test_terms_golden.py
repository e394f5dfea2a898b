"""Every line of golden_terms.txt: terms as agreements really name them."""

from __future__ import annotations

from datetime import date

import pytest

from services.registry.clock import dates_for
from tests.unit.registry.golden import rows
from tests.unit.registry.notice_terms import long

CASES = rows("golden_terms.txt")


def day(text: str) -> date | None:
    return None if text == "-" else date.fromisoformat(text)


@pytest.mark.parametrize("case", CASES, ids=[" ".join((*case[:5], case[-1])) for case in CASES])
def test_the_days_of_the_table_follow(case: tuple[str, ...]) -> None:
    given_on, notice, objection, place, eves, effective_on, deadline, earliest, _ = case
    found = dates_for(
        long(notice, objection, place, eves), date.fromisoformat(given_on), day(effective_on)
    )
    assert found.objection_deadline == day(deadline)
    assert found.earliest_effective_on == day(earliest)


def test_no_case_stands_twice() -> None:
    assert len({case[:6] for case in CASES}) == len(CASES)
