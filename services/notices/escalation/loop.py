"""The loop of escalation: checks messages in batches, and makes the sendings that are due.

Fan-out marks a message with the moment of its first check (``first_check``). From then on each
check decides by the rules of ``model.escalation``, writes the sendings first and the mark after
them: killed in between, the check is repeated, and the derived ids of sendings keep them from being
made twice.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog
from prometheus_client import Counter

from services.notices.channels import BY_ADDRESS
from services.notices.escalation.facts import Facts, read_facts
from services.notices.escalation.unreached import tell_vendors
from services.notices.model.channels import AddressChannel
from services.notices.model.escalation import Decision, Letter, decide, letters_to
from services.notices.model.sendings import new_sending
from services.notices.model.stored import StoredMessage, StoredNotice, StoredSending, as_notice
from services.notices.store import Stores
from services.notices.store.escalations import Check
from shared.failures import Failures
from shared.ids import IdSource
from shared.times import Clock

log = structlog.get_logger()

UNREACHED = Counter("art28_notices_unreached", "Notices found to have nobody left.", ["reason"])

LEASE = timedelta(seconds=60)
BATCH = 200
_PREFIXES = {channel.name: channel.prefix for channel in BY_ADDRESS}


@dataclass
class _Results:
    """What a batch of checks came to. ``sendings``: by channel; ``unreached``: notices that were
    not known to be so before, each with the reason."""

    sendings: dict[str, list[StoredSending]] = field(default_factory=lambda: defaultdict(list))
    checks: list[Check] = field(default_factory=list)
    unreached: list[tuple[StoredNotice, str]] = field(default_factory=list)


@dataclass(frozen=True)
class Escalation:
    """``is_on``: whether a channel can send at all; ``patience``: see ``model.escalation``;
    ``origin``: of the links in messages."""

    stores: Stores
    failures: Failures
    is_on: Callable[[AddressChannel], bool]
    patience: timedelta
    origin: str
    now: Clock
    new_id: IdSource

    def run_once(self) -> bool:
        """Check a batch of messages; False when none is due."""
        now = self.now()
        barred, claim = self.failures.barred(), self.new_id("claim")
        rows = self.stores.escalations.claim(claim, now, now + LEASE, BATCH, barred)
        by_id = {row["_id"]: row for row in rows}
        self.failures.run_together(list(by_id), lambda ids: self._check([by_id[i] for i in ids]))
        return bool(rows)

    def _check(self, rows: Sequence[StoredMessage]) -> None:
        now = self.now()
        results = self._decide(rows, now)
        # Sendings first, and the mail to the vendor: a mark without them would be a notice given up
        # in silence.
        for channel, sendings in results.sendings.items():
            self.stores.sendings[channel].add_many(sendings)
        for change_id, processor_id in {
            (row["change_id"], row["processor_id"]) for row, _ in results.unreached
        }:
            self.stores.digests.schedule(change_id, processor_id, now)
        tell_vendors(self.stores, results.unreached, self.origin, now)
        lost = self.stores.escalations.settle(results.checks, now)
        if lost:
            log.warning("escalation.claims_lost", count=lost)

    def _decide(self, rows: Sequence[StoredMessage], now: datetime) -> _Results:
        facts, results = read_facts(self.stores, rows, self.is_on), _Results()
        for row in rows:
            if notice := as_notice(row):
                self._escalate(notice, facts, now, results)
            else:
                self._send_other(row, facts, now, results)
        return results

    def _send_other(
        self, row: StoredMessage, facts: Facts, now: datetime, results: _Results
    ) -> None:
        letters = [letter for other in facts.others(row) for letter in letters_to(other)]
        _add(row, letters, facts, now, results)
        results.checks.append(Check(row["_id"], row["look_claim"], None, None, is_sent=False))

    def _escalate(self, row: StoredNotice, facts: Facts, now: datetime, results: _Results) -> None:
        decision = decide(facts.case(row), now, self.patience)
        _add(row, decision.letters, facts, now, results)
        if decision.unreached and "unreached_at" not in row:
            results.unreached.append((row, decision.unreached))
        _log(row, decision)
        is_sent = bool(decision.letters) or facts.is_sent(row)
        results.checks.append(
            Check(row["_id"], row["look_claim"], decision.check_at, decision.unreached, is_sent)
        )


def _add(
    row: StoredMessage | StoredNotice,
    letters: Sequence[Letter],
    facts: Facts,
    now: datetime,
    results: _Results,
) -> None:
    for letter in letters:
        sending = _sending(row, letter, facts, now)
        results.sendings[letter.to.channel].append(sending)


def _sending(
    row: StoredMessage | StoredNotice, letter: Letter, facts: Facts, now: datetime
) -> StoredSending:
    return new_sending(
        _PREFIXES[letter.to.channel],
        row["_id"],
        row["type"],
        letter.to,
        letter.why,
        now,
        message_id=row["_id"],
        notice_id=row["notice"]["id"] if row["notice"] else None,
        change_id=row["change_id"],
        agreement_id=row["agreement_id"],
        controller_id=row["controller_id"],
        processor_id=row["processor_id"],
        language=letter.to.language or facts.customer(row).language,
    )


def _log(row: StoredNotice, decision: Decision) -> None:
    about = {"notice_id": row["notice"]["id"], "agreement_id": row["agreement_id"]}
    for letter in decision.letters:
        log.info("notice.mailed", why=letter.why, channel=letter.to.channel, **about)
    if decision.unreached and "unreached_at" not in row:
        UNREACHED.labels(decision.unreached).inc()
        log.warning("notice.unreached", reason=decision.unreached, **about)
