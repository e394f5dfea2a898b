"""The table of faults that `make faults` ends with."""

from __future__ import annotations

from collections import Counter

from tests.faults.tally import Counts, counted, row, table


def test_it_works() -> None:
    rows = [
        row("kill -9 of relay", Counts(18, 57, 0, 0)),
        row("disk full", Counts(1, 1_840, 2, 15)),
    ]
    assert table(rows).splitlines() == [
        "fault              runs   notices   lost   doubled",
        "──────────────────────────────────────────────────",
        "kill -9 of relay     18        57      0         0",
        "disk full             1     1,840      2        15",
    ]


def test_runs_of_the_same_fault_are_one_row() -> None:
    rows = [row("clock", Counts(1, 400, 0, 3)), row("clock", Counts(2, 800, 1, 4))]
    assert table(rows).splitlines()[2:] == ["clock      3     1,200      1         7"]


def test_what_never_came_is_lost_and_what_came_again_is_doubled() -> None:
    assert counted(1, 4, Counter({"msg_1": 1, "msg_2": 3})) == Counts(1, 4, 2, 2)
