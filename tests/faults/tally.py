"""What faults did to notices, counted: the table that `make faults` ends with."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

# Under this name a test's rows travel to where the table is printed.
ROW = "fault"
HEADINGS = ("fault", "runs", "notices", "lost", "doubled")


@dataclass(frozen=True)
class Counts:
    """``runs``: how often the fault was brought about; ``doubled``: POSTs beyond the first of
    each message."""

    runs: int
    notices: int
    lost: int
    doubled: int


# Names a fault and who can count it; that is asked when the test has ended, well or badly.
Tally = Callable[[str, Callable[[], Counts]], None]


def counted(runs: int, expected: int, posts: Counter[str]) -> Counts:
    """``posts``: how often each message came."""
    return Counts(runs, expected, expected - len(posts), posts.total() - len(posts))


def row(fault: str, counts: Counts) -> tuple[str, int, int, int, int]:
    return (fault, counts.runs, counts.notices, counts.lost, counts.doubled)


def table(rows: Iterable[Sequence[Any]]) -> str:
    """Rows of the same fault are added up; the first column stands left, numbers right."""
    sums: dict[str, tuple[int, ...]] = {}
    for fault, *numbers in rows:
        before = sums.get(fault, (0,) * len(numbers))
        sums[fault] = tuple(map(sum, zip(before, numbers, strict=True)))
    lines = [HEADINGS, *((fault, *(f"{n:,}" for n in sums[fault])) for fault in sums)]
    first, *others = (max(map(len, column)) for column in zip(*lines, strict=True))
    drawn = [
        "   ".join([name.ljust(first), *map(str.rjust, numbers, others)])
        for name, *numbers in lines
    ]
    return "\n".join([drawn[0], "─" * len(drawn[0]), *drawn[1:]])
