"""Every line of golden_dating.txt: the days of a notice whose two periods are counted apart."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from services.notices.model.counting import Counting
from services.notices.model.evidence import days_of
from services.notices.model.messages import Event, Group
from services.notices.model.receipts import Moments

TABLE = Path(__file__).with_name("golden_dating.txt").read_text("utf-8")
CASES = [
    [cell.strip() for cell in line.split("|")]
    for line in TABLE.splitlines()
    if not line.startswith("#")
]
NOTICE = {"given_on": "2026-11-23", "effective_on": "2026-12-24", "terms_key": "t30"}


def at(day: str) -> datetime | None:
    return None if day == "-" else datetime(2026, 11, int(day), 9, 0, tzinfo=UTC)


def counting(starts: str, deemed: str, days: int) -> Counting:
    deemed_spans = "" if deemed == "-" else " ".join([deemed] * 10)
    return Counting(starts, deemed_spans, " ".join([str(days + 1)] * 10))


@pytest.mark.parametrize("case", CASES, ids=[f"{case[-1]}: {case[:6]}" for case in CASES])
def test_the_days_are_those_of_the_table(case: list[str]) -> None:
    notice, objection, deemed, sent, delivered, acknowledged, *expected, _ = case
    group = Group(
        "t30", "2026-11-23", "2026-12-07", "2026-12-24", "consent", {},
        objection_spans=" ".join(["14"] * 10),
        notice=counting(notice, deemed, 30), objection=counting(objection, deemed, 14),
    )  # fmt: skip
    event = Event("evt_1", "sub_processor.change.announced", "", {}, "", "", groups=(group,),
                  effective_on="2026-12-24")  # fmt: skip
    moments = Moments(at(sent), at(delivered), at(acknowledged))
    days = days_of(event, group, NOTICE, moments)
    assert [days.given_on or "-", days.deadline or "-", days.effective_on] == expected
