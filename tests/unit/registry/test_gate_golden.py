"""The answers of the gate, with their words, beside a table that a lawyer can read."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from services.registry.model.gate import Gate, Standing, judge
from services.registry.model.register import FOREVER, Row
from tests.unit.registry import golden
from tests.unit.registry.golden import Case
from tests.unit.registry.objections import objection

AT = datetime(2026, 11, 23, tzinfo=UTC)
ON = date(2026, 12, 24)
CASES = golden.rows("golden_gate.txt")


def rows_of(cell: str) -> list[Row]:
    """The entry's rows, each "from..to" and its stage; none for ``-``."""
    return [row_of(part) for part in cell.split(" + ") if part != "-"]


def row_of(text: str) -> Row:
    days, _, stage = text.partition(" ")
    begins, ends = days.split("..")
    last = day_of(ends) or FOREVER
    first = date.fromisoformat(begins)
    content = {"stage": stage} if stage else {}
    return Row("row_1", "org_1", "sub_1", 1, content, first, last, AT, "chg_1")


def standing_of(cell: str) -> Standing:
    members = golden.words(cell)
    raised = members.get("objection")
    begins_on = day_of(members.get("begins_on", "")) or date.min
    return Standing(
        effective_on=date.fromisoformat(members["effective_on"]),
        objection=objection(raised, respond_by=day_of(members.get("respond_by", "")))
        if raised
        else None,
        awaits_approval=members.get("awaits_approval", False),
        begins_on=None if "lacks" in members else begins_on,
        lacks=members.get("lacks"),
        emergency=members.get("emergency", False),
        known_by=members.get("known_by", "notice"),
    )


def day_of(text: str) -> date | None:
    return date.fromisoformat(text) if text.strip("-") else None


@pytest.mark.parametrize("case", CASES, ids=[f"{case[4]}: {case[1]}" for case in CASES])
def test_the_gate_answers_as_the_table_says(case: Case) -> None:
    entry, standings, answer, until, code, words = case
    known = [standing_of(cell) for cell in standings.split(" + ") if cell != "-"]
    given = judge(rows_of(entry), ON, None, known)
    assert (given.answer, given.until, given.reason_code) == (answer, day_of(until), code)
    assert given.reason == words


def test_without_an_agreement_the_gate_says_what_is_wrong_with_the_agreement() -> None:
    shut = Gate("not_notified", None, "No agreement.", "no-agreement")
    assert judge(rows_of("2026-12-01.."), ON, shut, []) is shut
