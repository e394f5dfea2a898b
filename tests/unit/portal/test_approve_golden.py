"""Every line of golden_approve.txt: what the page of a change that waits says is so."""

from __future__ import annotations

from pathlib import Path

import pytest

from services.portal.model.approve import Standing, state_of

LINES = (Path(__file__).parent / "golden_approve.txt").read_text("utf-8").splitlines()
CASES = [[cell.strip() for cell in line.split("|")] for line in LINES if line and line[0] != "#"]


@pytest.mark.parametrize("case", CASES, ids=[" ".join(case[:4]) for case in CASES])
def test_the_table_holds(case: list[str]) -> None:
    status, *held, said, why = case
    may, own, given = (each == "yes" for each in held)

    assert state_of(Standing(status, may, own, given)) == said, why
