"""Escalation: watches every notice until somebody has it, and makes the mails that are due.

Fan-out marks a notice with the moment of its first look (``first_look``). From then on each look
decides by the rules of ``model.escalation``, writes the mail first and the mark after it: killed in
between, the look is repeated, and the mail's derived id keeps it from being made twice.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import structlog
from prometheus_client import Counter

from services.notices.model import mails as words
from services.notices.model.escalation import EMAIL, FIRST_LOOK, Case, Step, next_step
from services.notices.model.mails import Contact, contacts_from, new_mail
from services.notices.model.recipients import Recipient
from services.notices.store import Deliveries, Messages, NoticeContacts, Recipients
from services.notices.store.mails import Mails
from services.notices.store.watches import Look, Watches
from shared.ids import IdSource
from shared.mongo import Document
from shared.times import Clock

log = structlog.get_logger()

UNREACHED = Counter("art28_notices_unreached", "Notices found to have nobody left.", ["reason"])

LEASE = timedelta(seconds=60)
BATCH = 200


@dataclass(frozen=True)
class Stores:
    watches: Watches
    messages: Messages
    deliveries: Deliveries
    mails: Mails
    recipients: Recipients
    contacts: NoticeContacts


def first_look(*, is_notice: bool, by_mail: bool, on_its_way: bool, now: datetime) -> Document:
    """The mark that fan-out puts on a message. ``by_mail``: its agreement names e-mail, or its
    notice was mailed; ``on_its_way``: some webhook delivery is not held."""
    if by_mail or (is_notice and not on_its_way):
        return {"look_at": now, "watched_since": now}
    return {"look_at": now + FIRST_LOOK, "watched_since": now} if is_notice else {}


@dataclass(frozen=True)
class Escalation:
    """``email_is_on``: whether mails can be sent; ``patience``: see ``model.escalation``."""

    stores: Stores
    email_is_on: bool
    patience: timedelta
    now: Clock
    new_id: IdSource

    def run_once(self) -> bool:
        """Look at a batch of messages; False when none is due."""
        now = self.now()
        rows = self.stores.watches.claim(self.new_id("claim"), now, now + LEASE, BATCH)
        if not rows:
            return False
        mails, looks = self._decide(rows, now)
        # Mails first: a mark without its mail would be a notice given up in silence.
        self.stores.mails.add_many(mails)
        lost = self.stores.watches.settle(looks, now)
        if lost:
            log.warning("escalation.claims_lost", count=lost)
        return True

    def _decide(self, rows: Sequence[Document], now: datetime) -> tuple[list[Document], list[Look]]:
        around = self._around(rows)
        mails: list[Document] = []
        looks: list[Look] = []
        for row in rows:
            if row["notice"] is None:
                mails += _follow_ups(row, around, now)
                looks.append(Look(row["_id"], row["look_claim"], None, None, mailed=False))
                continue
            step = next_step(around.case(row, self.email_is_on), now, self.patience)
            if step.mail_to:
                mails.append(_mail(row, step.mail_to, step.why, around, now))
            _say(row, step)
            mailed = bool(step.mail_to or around.mails[row["_id"]])
            found = Look(row["_id"], row["look_claim"], step.look_at, step.unreached, mailed)
            looks.append(found)
        return mails, looks

    def _around(self, rows: Sequence[Document]) -> Around:
        ids = [each["_id"] for each in rows]
        changes = {each["change_id"] for each in rows if each["change_id"]}
        recipients = self.stores.recipients.many([each["agreement_id"] for each in rows])
        contacts = _contacts(self.stores, recipients.values())
        # What became of a change goes to those who were mailed of it.
        follow_ups = [each for each in rows if each["notice"] is None]
        noticed = _notices_before(self.stores.messages, follow_ups)
        return Around(
            webhooks=_states(self.stores.deliveries, ids),
            mails=_by_message(self.stores.mails.of_messages([*ids, *noticed.values()])),
            recipients=recipients,
            contacts=contacts,
            withdrawn=self.stores.watches.withdrawn(changes),
            noticed=noticed,
        )


@dataclass(frozen=True)
class Around:
    """What a batch of looks needs to know, read once for all of them."""

    webhooks: Mapping[str, Sequence[str]]
    mails: Mapping[str, Sequence[Document]]
    recipients: Mapping[str, Recipient]
    contacts: Mapping[str, Sequence[Contact]]
    withdrawn: frozenset[str]
    noticed: Mapping[str, str]

    def case(self, row: Document, email_is_on: bool) -> Case:
        recipient = self.recipients.get(row["agreement_id"])
        return Case(
            since=row["watched_since"],
            effective_on=row["notice"]["effective_on"],
            acknowledged=row["acknowledged_at"] is not None,
            withdrawn=row["change_id"] in self.withdrawn,
            webhooks=self.webhooks.get(row["_id"], ()),
            mails=self.mails.get(row["_id"], ()),
            contacts=self.contacts.get(row["agreement_id"], ()),
            names_email=recipient is not None and EMAIL in recipient.channels,
            email_is_on=email_is_on,
        )


def _mail(row: Document, to: Contact, why: str, around: Around, now: datetime) -> Document:
    recipient = around.recipients.get(row["agreement_id"])
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
        language=recipient.language if recipient else None,
    )


def _follow_ups(row: Document, around: Around, now: datetime) -> list[Document]:
    before = around.mails.get(around.noticed.get(row["_id"], ""), ())
    told = [each for each in before if each["state"] == words.DELIVERED]
    return [_mail(row, Contact(**each["to"]), words.FOLLOW_UP, around, now) for each in told]


def _contacts(stores: Stores, recipients: Iterable[Recipient]) -> dict[str, Sequence[Contact]]:
    """By agreement: the contacts the customer has named, else those of the agreement."""
    recipients = list(recipients)
    named = stores.contacts.many(each.controller["id"] for each in recipients)
    found: dict[str, Sequence[Mapping[str, Any]]] = {
        each.agreement_id: named.get(each.controller["id"], each.contacts) for each in recipients
    }
    bounced = stores.mails.bounced(one["email"] for many in found.values() for one in many)
    return {agreement: contacts_from(many, bounced) for agreement, many in found.items()}


def _states(deliveries: Deliveries, ids: Sequence[str]) -> dict[str, list[str]]:
    states: dict[str, list[str]] = defaultdict(list)
    for each in deliveries.of_messages(ids):
        states[each["message_id"]].append(each["state"])
    return states


def _by_message(rows: Iterable[Document]) -> dict[str, list[Document]]:
    found: dict[str, list[Document]] = defaultdict(list)
    for each in rows:
        found[each["message_id"]].append(each)
    return found


def _notices_before(messages: Messages, follow_ups: Sequence[Document]) -> dict[str, str]:
    """By follow-up: the id of the notice that its customer was given."""
    found: dict[str, str] = {}
    for row in follow_ups:
        for notice in messages.notices_for(row["change_id"], [row["agreement_id"]]):
            found[row["_id"]] = notice["_id"]
    return found


def _say(row: Document, step: Step) -> None:
    about = {"notice": row["notice"]["id"], "agreement": row["agreement_id"]}
    if step.mail_to:
        log.info("notice.mailed", why=step.why, **about)
    if step.unreached and "unreached_at" not in row:
        UNREACHED.labels(step.unreached).inc()
        log.warning("notice.unreached", reason=step.unreached, **about)
