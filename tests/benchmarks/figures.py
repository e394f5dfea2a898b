"""What a benchmark found, and how it is told: progress while it lasts, one table at the end."""

from __future__ import annotations

import math
import signal
import statistics
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Figure:
    """One line of the table. ``reached``: None where there is no goal, or nothing to compare."""

    name: str
    measured: str
    goal: str = ""
    spread: str = ""
    reached: bool | None = None


def say(text: str) -> None:
    """A line of progress, at once: a benchmark that is silent for a minute looks broken."""
    print(text, flush=True)


def spread_of(values: Sequence[float]) -> str:
    """From the least to the greatest, as a part of the median, and of how many."""
    middle = statistics.median(values)
    part = (max(values) - min(values)) / abs(middle) if middle else 0.0
    return f"{part:.0%} of {len(values)}"


def bounds_of(values: Sequence[float], unit: str = "") -> str:
    """The least and the greatest: what a spread is, where the median may be nought."""
    return f"{min(values):.0f} to {max(values):.0f}{unit} of {len(values)}"


def percentile(values: Iterable[float], part: float) -> float:
    """By nearest rank: the least value that ``part`` (0 to 1) of all are not above."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(part * len(ordered)) - 1)]


def table(figures: Sequence[Figure]) -> str:
    """All figures in aligned columns."""
    head = ("figure", "goal", "measured", "spread", "reached")
    rows = [head, *((f.name, f.goal, f.measured, f.spread, _yes(f.reached)) for f in figures)]
    widths = [max(len(row[place]) for row in rows) for place in range(len(head))]
    lines = ["  ".join(c.ljust(w) for c, w in zip(row, widths, strict=True)) for row in rows]
    return "\n".join(line.rstrip() for line in [lines[0], "-" * len(lines[0]), *lines[1:]])


def show(main: Callable[[], Sequence[Figure]]) -> None:
    """Run one benchmark by itself."""
    end_when_told()
    print(table(main()))


def end_when_told() -> None:
    """Let SIGTERM end us as an error does: what was started ends, too, and folders are removed."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))


def _yes(reached: bool | None) -> str:
    return {True: "yes", False: "NO", None: "-"}[reached]
