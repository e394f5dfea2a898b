"""The sending loop: claims due sendings of a channel, sends one by one, stores each outcome.

Any number of such loops run side by side. As with webhooks a claim is a token and a lease. Each
outcome is stored as soon as it is known, so a process killed in between costs at most one second
copy, and that has the same id.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog
from prometheus_client import Counter

from services.notices.model.address_alarms import Back
from services.notices.model.channels import (
    AddressChannel,
    Claimed,
    Outcome,
    Sender,
    Unwritable,
    Verdict,
)
from services.notices.model.messages import body_of
from services.notices.model.sendings import ADDRESSED, DELIVERED, FAILED, PENDING
from services.notices.model.stored import StoredSending, StoredSendingAttempt
from services.notices.store import Sendings, Stores
from services.notices.store.late_notices import texts_now
from services.notices.store.outcomes import Completion
from shared.failures import Failures
from shared.ids import IdSource
from shared.mongo import Session
from shared.times import Clock

log = structlog.get_logger()

HANDED_OVER = Counter(
    "art28_mails", "Mails and other sendings handed over, by their outcome.", ["channel", "outcome"]
)

CLAIM_LIMIT = 20
# No sending of a batch is begun after the time of one attempt, so none can outlive this claim.
LEASE_ATTEMPTS = 4
# How long sendings rest that were claimed when the server turned out to be away.
SERVER_RESTS = timedelta(seconds=60)
# What a sending becomes, by what its channel says follows.
_STATES = {"delivered": DELIVERED, "failed": FAILED, "disabled": FAILED, "retry": PENDING}


@dataclass(frozen=True)
class _Unwritten:
    """The outcome of a sending that could not be written."""

    answer: str
    verdict: Verdict = "permanent"
    code = "unwritable"
    status = None
    duration_ms = 0
    recipient = False
    server_is_away = False


def nobody_else(_: StoredSending) -> Sequence[StoredSending]:
    return ()


def nothing_sealed(_: StoredSending) -> None:
    return None


@dataclass
class SendingLoop:
    """Use it from one thread. ``expand``: makes the sendings of a row that names a customer and no
    address yet; ``jitter`` gives numbers from -1 to 1; ``secret_of``: the address that the
    customer has left sealed for a sending; ``origin``: of links in what a vendor is told."""

    channel: AddressChannel
    stores: Stores
    failures: Failures
    sender: Sender
    is_on: bool
    now: Clock
    new_id: IdSource
    jitter: Callable[[], float]
    expand: Callable[[StoredSending], Sequence[StoredSending]] = nobody_else
    secret_of: Callable[[StoredSending], str | None] = nothing_sealed
    origin: str = ""
    monotonic: Callable[[], float] = time.monotonic
    lost_claims: int = field(default=0)

    def run_once(self) -> bool:
        """Send a batch; False when none is due, or the channel is off."""
        if not self.is_on:
            return False
        began, now = self.monotonic(), self.now()
        until = now + timedelta(seconds=LEASE_ATTEMPTS * self.sender.seconds)
        barred, claim = self.failures.barred(), self.new_id("claim")
        rows = self._sendings.claim(claim, now, until, CLAIM_LIMIT, barred)
        try:
            return self._send_all(rows, began) and bool(rows)
        finally:
            self.sender.close()

    @property
    def _sendings(self) -> Sendings:
        return self.stores.sendings[self.channel.name]

    def _send_all(self, rows: Sequence[StoredSending], began: float) -> bool:
        """False when the server is away: then the rest waits instead of failing one by one."""
        batch, by_id = list[Claimed](), {row["_id"]: row for row in rows}
        self.failures.run_together(
            list(by_id), lambda ids: batch.extend(self._prepared([by_id[name] for name in ids]))
        )
        for place, claimed in enumerate(batch):
            if self.monotonic() - began > self.sender.seconds:
                # Behind a slow server the lease would lapse, and the loop seem to stand still.
                self._put_off(batch[place:], timedelta())
                return True
            if not self._sent_or_counted(claimed):
                self._put_off(batch[place + 1 :], SERVER_RESTS)
                return False
        return True

    def _prepared(self, rows: Sequence[StoredSending]) -> list[Claimed]:
        """Read what these sendings are made of; doing it again does no harm."""
        rows = [row for row in rows if not self._expanded(row)]
        messages = self.stores.messages.many(row["message_id"] for row in rows if row["message_id"])
        events = self.stores.events.many(message["event_id"] for message in messages.values())
        texts = {name: (it["event_id"], it["extra"]) for name, it in messages.items()}
        # A notice sent later than the day of its announcement counts its days from today.
        texts_today = texts_now(self.stores.receipts, texts, events, self.now())
        claimed: list[Claimed] = []
        for row in rows:
            message = messages.get(row["message_id"] or "")
            if message is None:
                claimed.append(Claimed(row, secret=self._link(row)))
                continue
            event, extra = events[message["event_id"]], texts_today[message["_id"]][1]
            body = json.loads(body_of(event, extra))
            vendor = event.processor.get("legal_name")
            claimed.append(Claimed(row, message, body, vendor, self.secret_of(row)))
        return claimed

    def _link(self, row: StoredSending) -> str | None:
        """The link of a mail for a person, as long as it leads anywhere."""
        ends = row.get("expires_at")
        return None if ends is None or ends <= self.now() else self.secret_of(row)

    def _expanded(self, row: StoredSending) -> bool:
        """A warning for a customer becomes a sending to each of its contacts, in their turn."""
        if row["to"] is not None:
            return False
        state = ADDRESSED if self.expand(row) else FAILED
        self._sendings.finish(Completion(row["_id"], row["claim"], state, None, None))
        return True

    def _sent_or_counted(self, claimed: Claimed) -> bool:
        """False when the server is away. A sending that fails as none should is counted."""
        went = list[bool]()
        self.failures.run([claimed.row["_id"]], lambda _: went.append(self._send(claimed)))
        return all(went)

    def _send(self, claimed: Claimed) -> bool:
        at = self.now()
        outcome: Outcome
        try:
            written = self.sender.write(claimed)
        except Exception as error:  # noqa: BLE001  One that cannot be written stops no other.
            log.warning("mail.unwritable", mail_id=claimed.row["_id"], error=type(error).__name__)
            outcome = _Unwritten(str(error) if isinstance(error, Unwritable) else "")
        else:
            outcome = self.sender.send(written)
        self._finish(claimed.row, outcome, at)
        return not outcome.server_is_away

    def _finish(self, row: StoredSending, outcome: Outcome, at: datetime) -> None:
        follows = self.channel.next_attempt(row["attempt"] + 1, outcome, self.jitter())
        state, now = _STATES[follows.state], self.now()
        due_at = now + follows.after if follows.after else None
        dates = {"delivered_at": now} if state == DELIVERED else {}
        attempt = self._attempt(row, outcome, at, now)
        HANDED_OVER.labels(self.channel.name, outcome.code or DELIVERED).inc()
        done = Completion(row["_id"], row["claim"], state, due_at, attempt, dates=dates)
        if not self._sendings.finish(done):
            self.lost_claims += 1
            log.warning("mail.claim_lost", mail_id=row["_id"])
        elif state != PENDING:
            self._settled(row, state, outcome)

    def _attempt(
        self, row: StoredSending, outcome: Outcome, at: datetime, now: datetime
    ) -> StoredSendingAttempt:
        return {
            "id": self.new_id("att"),
            "n": row["attempt"] + 1,
            "at": at,
            "answered_at": now,
            "duration_ms": outcome.duration_ms,
            "status": outcome.status,
            "code": outcome.code,
            "answer": outcome.answer,
        }

    def _settled(self, row: StoredSending, state: str, outcome: Outcome) -> None:
        """One that failed brings up the next address; one that arrived clears an alarm."""
        checks, message_id = self.stores.escalations, row["message_id"]
        if state == DELIVERED:
            self.stores.refused.forgive_address_of(row)
            if message_id:
                checks.check_again_if_unreached([message_id], self.now())
            return
        log.warning("mail.failed", mail_id=row["_id"], kind=row["kind"], code=outcome.code)
        if outcome.recipient:
            self._refused(row, outcome)
        if message_id:
            checks.check_again(message_id, self.now())

    def _refused(self, row: StoredSending, outcome: Outcome) -> None:
        email, status, at = (row["to"] or {}).get("email", ""), outcome.status, self.now()
        back: Back = {"email": email, "status": str(status or "") or None, "at": at}

        def write(session: Session) -> None:
            self.stores.refuse(row, at, session)
            self.stores.address_alarms.note(row, back, self.origin, session)

        self.stores.mongo.transact(write)

    def _put_off(self, batch: Sequence[Claimed], wait: timedelta) -> None:
        later = self.now() + wait
        for claimed in batch:
            row = claimed.row
            self._sendings.finish(Completion(row["_id"], row["claim"], PENDING, later, None))
