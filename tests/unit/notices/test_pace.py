"""How a job goes on, line by line of golden_pace.txt."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from services.notices.model.jobs import batch_after
from services.notices.model.parcels import turn_of

LINES = (Path(__file__).parent / "golden_pace.txt").read_text("utf-8").splitlines()
CASES = [
    tuple(cell.strip() for cell in line.split("|"))
    for line in LINES
    if line and not line.startswith("#")
]
NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


@pytest.mark.parametrize(("done", "batch", "turn", "why"), CASES)
def test_batches_grow_and_turns_come_later(done: str, batch: str, turn: str, why: str) -> None:
    assert batch_after(int(done), largest=1_000) == int(batch), why
    assert turn_of(NOON, int(done)) == NOON + timedelta(seconds=float(turn)), why


def test_a_batch_is_never_larger_than_the_limit() -> None:
    assert [batch_after(done, largest=10) for done in (0, 100, 10**6)] == [10, 10, 10]


def test_a_small_job_overtakes_what_is_left_of_a_large_one_but_not_what_comes_first() -> None:
    large, small = turn_of(NOON, 5_000), turn_of(NOON + timedelta(seconds=3), 0)
    later = turn_of(NOON + timedelta(seconds=6), 0)
    assert small < large < later
