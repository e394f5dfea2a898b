"""The loop of escalation: looks at messages in batches, and makes the mails that are due.

Fan-out marks a message with the moment of its first look (``first_look``). From then on each look
decides by the rules of ``model.escalation``, writes the mail first and the mark after it: killed in
between, the look is repeated, and the mail's derived id keeps it from being made twice.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from prometheus_client import Counter

from services.notices.escalation.facts import Around, read_around
from services.notices.model.escalation import Step, letters_to, next_step
from services.notices.model.mails import Contact, new_mail
from services.notices.store import Stores
from services.notices.store.escalations import Look
from shared.documents import Document
from shared.failures import Failures
from shared.ids import IdSource
from shared.times import Clock

log = structlog.get_logger()

UNREACHED = Counter("art28_notices_unreached", "Notices found to have nobody left.", ["reason"])

LEASE = timedelta(seconds=60)
BATCH = 200


@dataclass
class _Found:
    """What a batch of looks came to."""

    mails: list[Document]
    looks: list[Look]
    unreached: dict[str, str]


@dataclass(frozen=True)
class Escalation:
    """``email_is_on``: whether mails can be sent; ``patience``: see ``model.escalation``."""

    stores: Stores
    failures: Failures
    email_is_on: bool
    patience: timedelta
    now: Clock
    new_id: IdSource

    def run_once(self) -> bool:
        """Look at a batch of messages; False when none is due."""
        now = self.now()
        barred, claim = self.failures.barred(), self.new_id("claim")
        rows = self.stores.watches.claim(claim, now, now + LEASE, BATCH, barred)
        by_id = {each["_id"]: each for each in rows}
        self.failures.run_together(list(by_id), lambda ids: self._look([by_id[i] for i in ids]))
        return bool(rows)

    def _look(self, rows: Sequence[Document]) -> None:
        now = self.now()
        found = self._decide(rows, now)
        # Mails first, and the word to the vendor: a mark without them would be a notice given up
        # in silence.
        self.stores.mails.add_many(found.mails)
        for change_id, processor_id in found.unreached.items():
            self.stores.digests.owe(change_id, processor_id, now)
        lost = self.stores.watches.settle(found.looks, now)
        if lost:
            log.warning("escalation.claims_lost", count=lost)

    def _decide(self, rows: Sequence[Document], now: datetime) -> _Found:
        around, found = read_around(self.stores, rows), _Found([], [], {})
        for row in rows:
            if row["notice"] is None:
                self._tell(row, around, now, found)
            else:
                self._watch(row, around, now, found)
        return found

    def _tell(self, row: Document, around: Around, now: datetime, found: _Found) -> None:
        to, why = letters_to(around.told(row, self.email_is_on))
        found.mails += [_mail(row, each, why, around, now) for each in to]
        found.looks.append(Look(row["_id"], row["look_claim"], None, None, mailed=False))

    def _watch(self, row: Document, around: Around, now: datetime, found: _Found) -> None:
        step = next_step(around.case(row, self.email_is_on), now, self.patience)
        if step.mail_to:
            found.mails.append(_mail(row, step.mail_to, step.why, around, now))
        if step.unreached and "unreached_at" not in row:
            found.unreached[row["change_id"]] = row["processor_id"]
        _say(row, step)
        mailed = bool(step.mail_to or around.mails.get(row["_id"]))
        look = Look(row["_id"], row["look_claim"], step.look_at, step.unreached, mailed)
        found.looks.append(look)


def _mail(row: Document, to: Contact, why: str, around: Around, now: datetime) -> Document:
    return new_mail(
        row["_id"],
        row["type"],
        to,
        why,
        now,
        message_id=row["_id"],
        notice_id=row["notice"]["id"] if row["notice"] else None,
        change_id=row["change_id"],
        agreement_id=row["agreement_id"],
        controller_id=row["controller_id"],
        processor_id=row["processor_id"],
        language=around.customer(row).language,
    )


def _say(row: Document, step: Step) -> None:
    about = {"notice_id": row["notice"]["id"], "agreement_id": row["agreement_id"]}
    if step.mail_to:
        log.info("notice.mailed", why=step.why, **about)
    if step.unreached and "unreached_at" not in row:
        UNREACHED.labels(step.unreached).inc()
        log.warning("notice.unreached", reason=step.unreached, **about)
