"""Mails that came back: the contact counts as unreached, and the next one is written to."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

import structlog

from services.notices.channels.email.dsn import LARGEST, Report, reports
from services.notices.model.mails import BOUNCED
from services.notices.store.escalations import Watches
from services.notices.store.mails import Mails
from shared.documents import Document
from shared.failures import Failures
from shared.mongo import Mongo, Session
from shared.times import Clock

log = structlog.get_logger()

FILES_A_ROUND = 50
KEPT = timedelta(days=30)
LOOK_FOR_OLD_EVERY = timedelta(hours=1)


class Bounces:
    """Takes reports in. The same report twice has no further effect."""

    def __init__(self, mongo: Mongo, mails: Mails, watches: Watches, now: Clock) -> None:
        self._mongo, self._mails, self._watches, self._now = mongo, mails, watches, now

    def receive(self, told: Sequence[Report], *, by_address: bool) -> int:
        """How many mails came back by these reports.

        ``by_address``: a report that names no mail of ours counts for the newest one to its
        recipient. Only for a sender we trust: anybody can write a report to a mailbox.
        """
        return sum(self._take(each, by_address) for each in told if each.is_failure)

    def _take(self, report: Report, by_address: bool) -> bool:
        mail = self._mail(report, by_address)
        if mail is None or mail["state"] == BOUNCED:
            log.info("bounce.ignored", status=report.status, known=mail is not None)
            return False
        told = {"status": report.status, "diagnostic": report.diagnostic}

        def write(session: Session) -> None:
            at = self._now()
            self._mails.bounce(mail["_id"], told, at, session)
            if report.is_lasting:
                self._mails.mark_bounced(mail, at, session)
            if mail["message_id"]:
                self._watches.look_again(mail["message_id"], at, session)

        self._mongo.transact(write)
        log.info("mail.bounced", mail=mail["_id"], status=report.status)
        return True

    def _mail(self, report: Report, by_address: bool) -> Document | None:
        if report.mail_id:
            return self._mails.find(report.mail_id)
        return self._mails.latest_to(report.recipient) if by_address else None


class Maildir:
    """Reads reports out of a Maildir that a mail server fills; what is read moves to ``cur``, and
    goes after thirty days: reports name persons."""

    def __init__(self, folder: str, bounces: Bounces, failures: Failures, now: Clock) -> None:
        self._folder, self._bounces, self._now = Path(folder), bounces, now
        self._failures = failures
        self._next_look: datetime | None = None

    def run_once(self) -> bool:
        """Take in some mails; False when there are no more."""
        barred = set(self._failures.barred())
        files = [each.name for each in _files(self._folder / "new") if each.name not in barred]
        self._failures.run(files[:FILES_A_ROUND], self._take)
        if not files:
            self._forget()
        return len(files) > FILES_A_ROUND

    def _take(self, name: str) -> None:
        file = self._folder / "new" / name
        self._bounces.receive(reports(_content(file)), by_address=False)
        # Only now: a file read twice has no further effect, one lost would have none at all.
        (self._folder / "cur").mkdir(exist_ok=True)
        file.rename(self._folder / "cur" / f"{name}:2,S")

    def _forget(self) -> None:
        if self._next_look and self._now() < self._next_look:
            return
        self._next_look = self._now() + LOOK_FOR_OLD_EVERY
        oldest = (self._now() - KEPT).timestamp()
        for each in _files(self._folder / "cur"):
            if each.stat().st_mtime < oldest:
                each.unlink(missing_ok=True)


def _files(folder: Path) -> list[Path]:
    if not folder.is_dir():
        return []
    return sorted(each for each in folder.iterdir() if not each.is_symlink() and each.is_file())


def _content(path: Path) -> bytes:
    """What of it is read; nothing where we may not, for one file must not hold up the others."""
    try:
        with path.open("rb") as file:
            return file.read(LARGEST)
    except OSError as error:
        log.warning("bounce.unreadable", error=type(error).__name__)
        return b""
