"""Every line of golden_terms.txt: terms as agreements really name them."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

import pytest

from services.registry.clock import NoticeTerms, dates_for
from tests.unit.registry.golden import rows

CASES = rows("golden_terms.txt")
UNITS = {"d": "days", "bd": "business_days", "w": "weeks", "m": "months", "y": "years"}
EVES = {"yes": True, "no": False, "-": None}


def length(text: str) -> dict[str, Any] | None:
    number = re.match(r"(\d+)(bd|[dwmy])", text)
    return {"value": int(number[1]), "unit": UNITS[number[2]]} if number else None


def period(text: str) -> dict[str, Any]:
    """``until-5d``, ``14d+``, ``-`` as a member of the long form."""
    if text.startswith("until"):
        return {"ends": "effective_day", "before_effect": length(text.removeprefix("until-"))}
    return {"length": length(text), "first_day_counts": "+" in text}


def terms(notice: str, objection: str, place: str, eves: str) -> NoticeTerms:
    notices, objections = notice.split("&"), objection.split("&")
    both = [
        {"notice": period(notices[index % len(notices)]),
         "objection": period(objections[index % len(objections)])}
        for index in range(max(len(notices), len(objections)))
    ]  # fmt: skip
    members = {**both[0], "also": both[1:], "holidays": None if place == "-" else place,
               "eves": EVES[eves], "soft": "~" in notice}  # fmt: skip
    return NoticeTerms.parse(members)


def day(text: str) -> date | None:
    return None if text == "-" else date.fromisoformat(text)


@pytest.mark.parametrize("case", CASES, ids=[" ".join((*case[:5], case[-1])) for case in CASES])
def test_the_days_of_the_table_follow(case: tuple[str, ...]) -> None:
    given_on, notice, objection, place, eves, effective_on, deadline, earliest, _ = case
    found = dates_for(
        terms(notice, objection, place, eves), date.fromisoformat(given_on), day(effective_on)
    )
    assert found.objection_deadline == day(deadline)
    assert found.earliest_effective_on == day(earliest)


def test_no_case_stands_twice() -> None:
    assert len({case[:6] for case in CASES}) == len(CASES)
