"""Shows the logs of all processes of a local profile as one, in the order of time.

    python -m deploy.read_logs [TEXT ...] [--last N] [--follow]

With TEXT, only lines that hold each of the texts: the name of an event, an id, a process.
It reads `log/` in ART28_VAR (by default `var`, as `make run` does), and the log of mongod only
if TEXT names it (`mongo-0`).
"""

from __future__ import annotations

import argparse
import heapq
import os
import re
import subprocess
import sys
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from deploy.checks import StartError
from deploy.logs import KEPT
from deploy.profile import Profile

# `timestamp` of our own lines, `$date` of mongod's; the edge counts seconds.
_INSTANT = re.compile(r'"(?:timestamp|\$date)": ?"([^"]+)"')
_SECONDS = re.compile(r'"ts":(\d+\.\d+)')


class Line(NamedTuple):
    """A line of a log, ordered by time."""

    at: str
    process: str
    text: str

    @property
    def shown(self) -> str:
        return f"{self.process:<12} {self.text}"


def lines_of(log: Path) -> Iterator[Line]:
    """Yield the lines of a log and of its older files, the oldest first.

    A line without a time, of a traceback for example, stays behind the line before it.
    """
    older = [log.with_name(f"{log.name}.{number}") for number in range(KEPT, 0, -1)]
    for path in [*older, log]:
        with suppress(FileNotFoundError), path.open(encoding="utf-8", errors="replace") as file:
            for text in file:
                yield Line(_time_of(text), log.stem, text.rstrip("\n"))


def _time_of(text: str) -> str:
    """Return the instant of a line in UTC, as text that sorts by time; empty if it has none."""
    if instant := _INSTANT.search(text):
        with suppress(ValueError):
            return datetime.fromisoformat(instant[1]).isoformat("T", "microseconds")
    if seconds := _SECONDS.search(text):
        return datetime.fromtimestamp(float(seconds[1]), UTC).isoformat("T", "microseconds")
    return ""


def matching(logs: Sequence[Path], texts: Sequence[str]) -> Iterator[Line]:
    """Yield the lines of all logs that hold each text, in the order of time."""
    for line in heapq.merge(*map(lines_of, logs), key=lambda line: line.at):
        if all(text in line.shown for text in texts):
            yield line


def chosen(folder: Path, texts: Sequence[str]) -> list[Path]:
    """Return the logs to read: all of our own, and mongod's if a text names one of them.

    Raises StartError when there is none.
    """
    logs = sorted(folder.glob("*.log"))
    if not logs:
        raise StartError(f"There are no logs in {folder}; ART28_VAR names the folder of a profile.")
    return [log for log in logs if not log.stem.startswith("mongo-") or log.stem in texts]


def main(words: Sequence[str] | None = None, environ: Mapping[str, str] = os.environ) -> int:
    """Run as a program; the exit code is 1, after one line, when there are no logs."""
    parser = argparse.ArgumentParser(prog="python -m deploy.read_logs")
    parser.add_argument("texts", nargs="*", metavar="TEXT")
    parser.add_argument("--last", type=int, default=200, metavar="N", help="how many lines (200)")
    parser.add_argument("--follow", action="store_true", help="show new lines as they come")
    options = parser.parse_args(words)
    try:
        logs = chosen(Profile.from_env(environ, var="var", members=1).logs, options.texts)
    except StartError as error:
        print(f"art28: {error}", file=sys.stderr)
        return 1
    for line in deque(matching(logs, options.texts), maxlen=options.last):
        print(line.shown)
    if options.follow:
        _follow(logs)
    return 0


def _follow(logs: Sequence[Path]) -> None:
    """Show new lines under the name of their log until Ctrl-C."""
    with suppress(KeyboardInterrupt):
        subprocess.run(["tail", "-n", "0", "-F", *map(str, logs)], check=False)  # noqa: S607


if __name__ == "__main__":
    sys.exit(main())
