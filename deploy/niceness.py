"""How far a process lets others go first."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

_GROUP = Path("/proc/self/autogroup")


def give_way(by: int) -> None:
    """Raise the nice value of this process and its children by `by`, and that of its session.

    Linux shares the processor between sessions first (sched(7), autogroup), and every child of
    the supervisor leads one: alone, its own nice value would count only within it.
    """
    if by:
        nice = os.nice(by)
        with suppress(OSError):
            _GROUP.write_text(str(nice))
