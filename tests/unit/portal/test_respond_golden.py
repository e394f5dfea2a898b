"""Every line of golden_respond.txt: what the page of a notice offers, and what it says is so."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from services.portal.model.respond import Point, Situation, acts_open, notes

LINES = (Path(__file__).parent / "golden_respond.txt").read_text("utf-8").splitlines()
CASES = [[cell.strip() for cell in line.split("|")] for line in LINES if line and line[0] != "#"]


def point(words: str) -> Point:
    found: dict[str, str] = dict(re.findall(r"([!?])([a-z_-]+)", words))
    may = frozenset(re.findall(r"\+(\w+)", words))
    return Point(words.startswith("withdrawn"), may, found.get("!"), found.get("?"))


def situation(link: str, notice: str, changes: str) -> Situation:
    points = () if changes == "-" else tuple(map(point, changes.split(";")))
    return Situation(link, "informs" in notice, "acknowledged" in notice, points)


def words(cell: str) -> tuple[str, ...]:
    return () if cell == "-" else tuple(cell.split())


@pytest.mark.parametrize("case", CASES, ids=[" ".join(case[:3]) for case in CASES])
def test_the_table_holds(case: list[str]) -> None:
    link, notice, changes, acts, said, why = case
    it = situation(link, notice, changes)

    assert acts_open(it) == words(acts), why
    assert notes(it) == words(said), why


def test_whoever_may_not_answer_is_told_why() -> None:
    """No page without a button is without a word on it, but after an acknowledgement."""
    for link, notice, changes, acts, said, _ in CASES:
        assert acts != "-" or said != "-", (link, notice, changes)
