"""Tests on other days: `python -m tests.shifted [DAY ...] [-- words for pytest]`."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Sequence
from itertools import takewhile

from tests.clock import now
from tests.shifted.days import Day, days, living_in

TIERS = ("tests/unit", "tests/contract", "tests/integration")
# time-machine is a plugin of pytest, too, which wonders that it runs already.
KNOWN = "ignore:Module already imported:pytest.PytestAssertRewriteWarning"
PYTEST = (sys.executable, "-m", "pytest", "-n", "auto", "--dist", "loadfile", "-q", "-W", KNOWN)


def main(words: Sequence[str]) -> int:
    named = list(takewhile(lambda word: word != "--", words))
    more = words[len(named) + 1 :]
    known = days(now())
    chosen = named or list(known)
    if unknown := set(chosen) - set(known):
        print(f"no such day: {', '.join(sorted(unknown))}; there are {', '.join(known)}")
        return 2
    told = {name: tests_on(name, known[name], more) for name in chosen}
    print("\n".join(f"{name:20} {summary}" for name, (_, summary) in told.items()))
    return max(code for code, _ in told.values())


def tests_on(name: str, day: Day, more: Sequence[str]) -> tuple[int, str]:
    """Run them on that day; the exit code and the last line of pytest."""
    print(f"\n== {name}: from {day.begins:%a %F %H:%M} UTC, in {day.zone}", flush=True)
    environment = {**os.environ, **living_in(day, now())}
    lines = list[str]()
    with subprocess.Popen(
        (*PYTEST, *(more or TIERS)), env=environment, stdout=subprocess.PIPE, text=True
    ) as run:
        assert run.stdout is not None
        for line in run.stdout:
            print(line, end="", flush=True)
            lines.append(line)
    return run.returncode, re.sub(r"[= \n]+$|^[= ]+", "", lines[-1] if lines else "nothing ran")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
