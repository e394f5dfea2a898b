"""Reads reports of undelivered mail out of a Maildir that a mail server fills."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from pathlib import Path

import structlog

from services.notices.channels.email.dsn import LARGEST, Report, reports
from shared.failures import Failures
from shared.times import Clock

log = structlog.get_logger()

FILES_A_ROUND = 50
KEPT = timedelta(days=30)
LOOK_FOR_OLD_EVERY = timedelta(hours=1)


class Maildir:
    """What is read moves to ``cur``, and goes after thirty days: reports name persons."""

    def __init__(
        self,
        folder: str,
        receive: Callable[[Sequence[Report]], object],
        failures: Failures,
        now: Clock,
    ) -> None:
        self._folder, self._receive, self._now = Path(folder), receive, now
        self._failures = failures
        self._next_look: datetime | None = None

    def run_once(self) -> bool:
        """Take in some mails; False when there are no more."""
        barred = set(self._failures.barred())
        files = [file.name for file in _files(self._folder / "new") if file.name not in barred]
        self._failures.run(files[:FILES_A_ROUND], self._take)
        if not files:
            self._forget()
        return len(files) > FILES_A_ROUND

    def _take(self, name: str) -> None:
        file = self._folder / "new" / name
        self._receive(reports(_content(file)))
        # Only now: a file read twice has no further effect, one lost would have none at all.
        (self._folder / "cur").mkdir(exist_ok=True)
        file.rename(self._folder / "cur" / f"{name}:2,S")

    def _forget(self) -> None:
        if self._next_look and self._now() < self._next_look:
            return
        self._next_look = self._now() + LOOK_FOR_OLD_EVERY
        oldest = (self._now() - KEPT).timestamp()
        for file in _files(self._folder / "cur"):
            if file.stat().st_mtime < oldest:
                file.unlink(missing_ok=True)


def _files(folder: Path) -> list[Path]:
    if not folder.is_dir():
        return []
    return sorted(path for path in folder.iterdir() if not path.is_symlink() and path.is_file())


def _content(path: Path) -> bytes:
    """The start of a file; nothing where reading is refused, for one file must not hold up the
    others."""
    try:
        with path.open("rb") as file:
            return file.read(LARGEST)
    except OSError as error:
        log.warning("bounce.unreadable", error=type(error).__name__)
        return b""
