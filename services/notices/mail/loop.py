"""The mail loop: claims due mails, writes them, hands them over one by one, stores each answer.

Any number of such loops run side by side. As with webhooks a claim is a token and a lease. Each
mail is stored as soon as it is handed over, so a process killed in between costs at most one
second copy, and that has the same Message-ID.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

import structlog
from prometheus_client import Counter

from services.notices import events
from services.notices.channels.email import (
    HeadersForged,
    Mail,
    MailSettings,
    Sent,
    composed,
    letter_of,
    next_attempt,
)
from services.notices.mail.warnings import Outbox
from services.notices.model.acknowledgement_links import Links
from services.notices.model.mails import ADDRESSED, DELIVERED, FAILED, PENDING
from services.notices.model.messages import Event, body_of
from services.notices.store import Stores
from services.notices.store.late_notices import texts_now
from services.notices.store.mails import Finish
from shared.documents import Document
from shared.failures import Failures
from shared.ids import IdSource
from shared.times import Clock

log = structlog.get_logger()

HANDED_OVER = Counter("art28_mails", "Mails handed over, by their outcome.", ["outcome"])

CLAIM_LIMIT = 20
# How long mails rest that were claimed when the server turned out to be away.
SERVER_RESTS = timedelta(seconds=60)


class Handing(Protocol):
    """What the loop asks of a transport; ``channels.email.Transport`` is one."""

    def send(self, mail: Mail) -> Sent: ...
    def close(self) -> None: ...


@dataclass
class _Batch:
    """Mails that can be written, and what they are made of."""

    rows: list[Document] = field(default_factory=list)
    messages: dict[str, Document] = field(default_factory=dict)
    told: dict[str, Event] = field(default_factory=dict)


@dataclass
class Mailing:
    """Use it from one thread. ``jitter`` gives numbers from -1 to 1."""

    stores: Stores
    failures: Failures
    transport: Handing
    settings: MailSettings
    links: Links
    outbox: Outbox
    now: Clock
    new_id: IdSource
    jitter: Callable[[], float]
    monotonic: Callable[[], float] = time.monotonic
    fence_losses: int = field(default=0)

    def run_once(self) -> bool:
        """Send a batch; False when none is due, or the channel is off."""
        if not self.settings.is_on:
            return False
        began, now = self.monotonic(), self.now()
        until = now + timedelta(seconds=self.settings.lease_seconds)
        barred, claim = self.failures.barred(), self.new_id("claim")
        rows = self.stores.mails.claim(claim, now, until, CLAIM_LIMIT, barred)
        try:
            return self._send_all(rows, began) and bool(rows)
        finally:
            self.transport.close()

    def _send_all(self, rows: Sequence[Document], began: float) -> bool:
        """False when the server is away: then the rest waits instead of failing one by one."""
        batch, by_id = _Batch(), {each["_id"]: each for each in rows}
        self.failures.run_together(
            list(by_id), lambda ids: self._prepare([by_id[each] for each in ids], batch)
        )
        rows, messages, told = batch.rows, batch.messages, batch.told
        for place, row in enumerate(rows):
            if self.monotonic() - began > self.settings.seconds:
                # Behind a slow server the lease would lapse, and the loop seem to stand still.
                self._put_off(rows[place:], timedelta())
                return True
            if not self._sent_or_counted(row, messages, told):
                self._put_off(rows[place + 1 :], SERVER_RESTS)
                return False
        return True

    def _prepare(self, rows: Sequence[Document], batch: _Batch) -> None:
        """Read what these mails are made of; doing it again does no harm."""
        rows = [each for each in rows if not self._addressed(each)]
        messages = self.stores.messages.many(
            each["message_id"] for each in rows if each["message_id"]
        )
        told = self.stores.events.many(each["event_id"] for each in messages.values())
        texts = {name: (each["event_id"], each["extra"]) for name, each in messages.items()}
        # A notice that leaves after the day it was announced tells the days that follow from now.
        for name, (_, extra) in texts_now(self.stores.receipts, texts, told, self.now()).items():
            messages[name] = {**messages[name], "extra": extra}
        batch.messages |= messages
        batch.told |= told
        batch.rows += rows

    def _addressed(self, row: Document) -> bool:
        """A warning for a customer becomes a mail for each of its contacts, sent in their turn."""
        if row["to"] is not None:
            return False
        made = self.outbox.addressed(row)
        state = ADDRESSED if made else FAILED
        self.stores.mails.finish(Finish(row["_id"], row["claim"], state, None, None))
        return True

    def _sent_or_counted(
        self, row: Document, messages: Mapping[str, Document], told: Mapping[str, Event]
    ) -> bool:
        """False when the server is away. A mail that fails as none should is counted."""
        went = list[bool]()
        self.failures.run([row["_id"]], lambda _: went.append(self._send(row, messages, told)))
        return all(went)

    def _send(
        self, row: Document, messages: Mapping[str, Document], told: Mapping[str, Event]
    ) -> bool:
        at = self.now()
        try:
            mail = self._mail(row, messages.get(row["message_id"]), told)
        except Exception as error:  # noqa: BLE001  One mail that cannot be written stops no other.
            log.warning("mail.unwritable", mail_id=row["_id"], error=type(error).__name__)
            why = str(error) if isinstance(error, HeadersForged) else ""
            sent = Sent("permanent", "unwritable", None, why, 0)
        else:
            sent = self.transport.send(mail)
        self._finish(row, sent, at)
        return not sent.server_is_away

    def _mail(self, row: Document, message: Document | None, told: Mapping[str, Event]) -> Mail:
        if message is None:
            letter = letter_of(row["kind"], row["language"], row["data"])
            return composed(row, letter, self.settings.sender)
        event = told[message["event_id"]]
        body = json.loads(body_of(event.head, message["extra"], event.tail))
        url = self.links.url(row, message) if row["kind"] in events.NOTICES else ""
        letter = letter_of(row["kind"], row["language"], body, url)
        vendor = event.processor.get("legal_name")
        return composed(row, letter, self.settings.sender, vendor)

    def _finish(self, row: Document, sent: Sent, at: datetime) -> None:
        follows = next_attempt(row["attempt"] + 1, sent.verdict, self.jitter())
        state = {"delivered": DELIVERED, "failed": FAILED, "retry": PENDING}[follows.state]
        due_at = self.now() + follows.after if follows.after else None
        attempt = {
            "id": self.new_id("att"),
            "n": row["attempt"] + 1,
            "at": at,
            "answered_at": self.now(),
            "duration_ms": sent.duration_ms,
            "status": sent.status,
            "code": sent.code,
            "answer": sent.answer,
        }
        HANDED_OVER.labels(sent.code or DELIVERED).inc()
        kept = self.stores.mails.finish(Finish(row["_id"], row["claim"], state, due_at, attempt))
        if not kept:
            self.fence_losses += 1
            log.warning("mail.claim_lost", mail_id=row["_id"])
        elif state != PENDING:
            self._settled(row, state, sent)

    def _settled(self, row: Document, state: str, sent: Sent) -> None:
        """A mail that failed brings up the next contact; one that arrived clears an alarm."""
        if state == DELIVERED:
            self.stores.mails.forgive_address_of(row)
            if row["message_id"]:
                self.stores.watches.look_again_if_unreached(row["message_id"], self.now())
            return
        log.warning("mail.failed", mail_id=row["_id"], kind=row["kind"], code=sent.code)
        if sent.recipient:
            self.stores.mails.mark_bounced(row, self.now())
        if row["message_id"]:
            self.stores.watches.look_again(row["message_id"], self.now())

    def _put_off(self, rows: Sequence[Document], wait: timedelta) -> None:
        later = self.now() + wait
        for row in rows:
            self.stores.mails.finish(Finish(row["_id"], row["claim"], PENDING, later, None))
