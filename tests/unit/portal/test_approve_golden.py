"""Every line of golden_approve.txt: what the page of a change that waits says is so."""

from __future__ import annotations

from pathlib import Path

import pytest

from services.portal.model.approve import Standing, state_of, state_together

LINES = (Path(__file__).parent / "golden_approve.txt").read_text("utf-8").splitlines()
CASES = [[cell.strip() for cell in line.split("|")] for line in LINES if line and line[0] != "#"]


@pytest.mark.parametrize("case", CASES, ids=[" ".join(case[:4]) for case in CASES])
def test_the_table_holds(case: list[str]) -> None:
    status, *held, said, why = case
    may, own, given = (each == "yes" for each in held)

    assert state_of(Standing(status, may, own, given)) == said, why


@pytest.mark.parametrize(
    ("states", "said"),
    [
        (["open"], "open"),
        (["open", "open"], "open"),
        (["own", "open"], "own"),
        (["own", "own"], "own"),
        (["role", "role"], "role"),
        (["given", "given"], "given"),
        (["announced", "announced"], "announced"),
        (["withdrawn", "withdrawn"], "withdrawn"),
        (["given", "open"], "parted"),
        (["announced", "open"], "parted"),
        (["withdrawn", "own", "open"], "parted"),
        (["announced", "withdrawn"], "parted"),
    ],
)
def test_changes_of_one_link_are_approved_together_or_not_at_all(
    states: list[str], said: str
) -> None:
    assert state_together(states) == said
