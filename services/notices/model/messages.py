"""Events, and the message that each customer gets of an event.

A body consists of three pieces of text: the event's ``head``, the message's ``extra`` and the
event's ``tail``. They never change, so every attempt sends the same bytes; and the large part of a
change for 100,000 customers is stored once.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from services.notices import events
from services.notices.model.counting import Counting, Known, later
from services.notices.model.owners import is_vendor
from services.notices.model.receipts import RULES, Moments, day_of
from shared.scope import Cover, Scope

NOTICE, INFORMATION = "notice", "information"

# Made once, because a message is encoded for every customer.
_JSON = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))


@dataclass(frozen=True)
class Group:
    """The dates of one set of notice terms, as ``registry`` counted them. Days are text.

    ``objection_spans``: the length of the objection window in days, if the notice counts from
    ``given_on``, from the day after it, and so on. The numbers are one text, because the dispatcher
    reads all groups very often. ``notice`` and ``objection``: how the two periods are counted for
    this kind of change; ``until_effect``: whether the right to object ends with the change.
    ``owes``: notice, or information only, which has no days.
    """

    key: str
    given_on: str
    objection_deadline: str | None
    earliest_effective_on: str | None
    silence: str | None
    terms: dict[str, Any]
    objection_spans: str = ""
    notice: Counting | None = None
    objection: Counting | None = None
    until_effect: bool = False
    owes: str = NOTICE

    def day_of(self, at: datetime, processor_zone: str, dated: date) -> date:
        """The day that periods start on if something happens to the notice at ``at``: that of the
        zone agreed, else the later one of both parties; never before the day it was dated."""
        return max(day_of(at, zone, dated) for zone in self.zones(processor_zone))

    def zones(self, processor_zone: str) -> list[str]:
        """The time zones whose days count."""
        agreed, customer = (self.terms.get(name) for name in ("time_zone", "customer_time_zone"))
        zones = [agreed] if agreed else [processor_zone, customer]
        return [zone for zone in zones if zone]

    @property
    def waits_for_receipt(self) -> bool:
        """Whether the time to object runs from more than the sending, so that its end can be later
        than any day told before."""
        starts = self.counting("objection").starts
        return self.objection_deadline is not None and starts != RULES[0]

    @property
    def allows_emergency(self) -> bool:
        """Whether a shorter notice counts for an emergency."""
        return bool((self.terms.get("emergency") or {}).get("length"))

    def known(
        self, moments: Moments, processor_zone: str, dated: date, now: datetime | None = None
    ) -> Known:
        """What has happened to a notice of this group, in the days that count for it."""
        return Known(moments, dated, lambda at: self.day_of(at, processor_zone, dated), now)

    def starts_on(self, known: Known) -> date | None:
        """The day that the time to object runs from; None where there is no such time."""
        return None if self.owes == INFORMATION else known.start(self.counting("objection"))

    def takes_effect_on(self, known: Known, effective_on: str | None) -> str | None:
        """The first day on which the change takes effect for this customer: ``effective_on``, or
        the later one that its own days allow; ``effective_on`` where that day is not known."""
        own = self._first_day(known)
        return max(str(own), effective_on) if own and effective_on else effective_on

    def deadline(self, known: Known) -> str | None:
        """The last day to object; None where no day ends that time, or the day is not known here:
        one that ends with the change depends on both periods."""
        start = self.starts_on(known)
        if start is None or (self.until_effect and not self._starts_together(known)):
            return None
        return self.deadline_from(start)

    def counting(self, name: str) -> Counting:
        """How one of the periods is counted, ``notice`` or ``objection``; by the general rule in
        events of before the others were told."""
        told: Counting | None = getattr(self, name)
        return told or Counting(self.terms.get("receipt_rule", RULES[0]))

    def deadline_from(self, day: date) -> str | None:
        """Return the last day to object if the days run from ``day``; None if it is not known."""
        dated = date.fromisoformat(self.given_on)
        if day <= dated:
            return self.objection_deadline
        end = later(day, self.objection_spans, dated)
        return str(end) if end else None

    def _first_day(self, known: Known) -> date | None:
        if self.owes == INFORMATION:
            return None
        days = [known.first_day(self.counting(name)) for name in ("notice", "objection")]
        return max(day for day in days if day) if all(days) else None

    def _starts_together(self, known: Known) -> bool:
        return known.start(self.counting("notice")) == self.starts_on(known)


@dataclass(frozen=True)
class ToldChange:
    """One of several changes of a notice: its part of a body, as text, and whom it concerns; None:
    everybody."""

    id: str
    text: str
    scope: Scope | None = None


@dataclass(frozen=True)
class Event:
    """What one ledger entry means for customers. ``at`` is RFC 3339.

    A notice, or a basis that ends, is for every recipient as of ``recipients_version``; a follow-up
    is for the customers who got the notice; any other event is for the customer ``controller_id``.
    ``except_endpoint`` gets no delivery. ``materiality`` and ``products``: what endpoints may
    filter by; without products it is about all of them. ``by_mail``: of a vendor's, whether it
    stands in a mail, too. ``scope``: whom an event for all concerns; None: everybody.

    A notice of several changes has them in ``changes``, and not in its ``head``, because a customer
    is told of those that concern it alone; ``change_id`` is the first of them. ``changes`` is empty
    for one of one change, which everybody gets as it is. So it is with what takes effect.
    ``entry``: stream, sequence and hash in the ledger. ``fates``: of a notice, what became of its
    changes, each with ``change_id``.
    """

    id: str
    type: str
    at: str
    processor: dict[str, Any]
    head: str
    tail: str
    change_id: str | None = None
    agreement_id: str | None = None
    controller_id: str | None = None
    recipients_version: int = 0
    effective_on: str | None = None
    scope: Scope | None = None
    groups: tuple[Group, ...] = ()
    except_endpoint: str | None = None
    time_zone: str = "UTC"
    materiality: tuple[str, ...] = ()
    products: tuple[str, ...] = ()
    by_mail: bool = False
    changes: tuple[ToldChange, ...] = ()
    approved_by: tuple[dict[str, Any], ...] = ()
    entry: dict[str, Any] | None = None
    fates: tuple[dict[str, Any], ...] = ()

    @property
    def change_ids(self) -> tuple[str, ...]:
        """All changes that it is about."""
        several = tuple(change.id for change in self.changes)
        return several or ((self.change_id,) if self.change_id else ())

    @property
    def is_notice(self) -> bool:
        return self.type in events.NOTICES

    @property
    def is_for_all(self) -> bool:
        """Whether it is for every customer that the processor had at that time."""
        return self.is_notice or self.type in events.BASES

    @property
    def is_mailed_to_vendor(self) -> bool:
        """Whether its vendor is told by mail, too."""
        return is_vendor(self.controller_id or "") and self.by_mail

    @property
    def is_follow_up(self) -> bool:
        return self.type in events.FOLLOW_UPS

    def concerns(self, cover: Cover, controller_id: str) -> bool:
        """Whether a customer of an agreement with this ``cover`` is told."""
        return self.scope is None or self.scope.concerns(cover, controller_id)

    def changes_for(self, cover: Cover, controller_id: str) -> tuple[str, ...]:
        """Those of its changes that concern a customer of an agreement with this ``cover``."""
        concerning = tuple(
            change.id
            for change in self.changes
            if change.scope is None or change.scope.concerns(cover, controller_id)
        )
        return concerning or self.change_ids

    def group(self, key: str | None) -> Group:
        """Return the dates for these terms; for unknown terms, those with the latest deadline.

        So a gap in our data never costs a customer days, or its notice.
        """
        exact = next((group for group in self.groups if group.key == key), None)
        return exact or max(self.groups, key=lambda group: group.objection_deadline or "")


def ordered_id(prefix: str, at: datetime, *parts: str) -> str:
    """Derive an id from ``parts`` that sorts by ``at``, so that lists page in that order."""
    return f"{prefix}_{int(at.timestamp() * 1000):012x}{_digest(prefix, *parts)[:24]}"


def delivery_id(message_id: str, endpoint_id: str) -> str:
    """Derive the id of the one delivery of a message to an endpoint; it sorts as its message."""
    moment = message_id.removeprefix("msg_")[:12]
    return f"dlv_{moment}{_digest(message_id, endpoint_id)[:24]}"


def attempt_id(delivery_id: str, claim: str) -> str:
    """Derive the id of the one attempt that is made under a claim."""
    return f"att_{delivery_id[16:]}{claim[-12:]}"


def notice_id(change_id: str, agreement_id: str) -> str:
    """Derive the id of the one notice of a change to an agreement."""
    return f"ntc_{_digest(change_id, agreement_id)[:32]}"


def _digest(*parts: str) -> str:
    # A notice needs three digests, and the standard library's base 32 is slow.
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()


def least_id(prefix: str, at: datetime) -> str:
    """Return the lower bound of all ids made at ``at`` or later."""
    return f"{prefix}_{int(at.timestamp() * 1000):012x}"


def moment_of(ordered: str) -> datetime | None:
    """Return the instant in an id of ``ordered_id``, or in one derived from it."""
    try:
        return datetime.fromtimestamp(int(ordered[4:16], 16) / 1000, UTC)
    except (ValueError, OverflowError):
        return None


def json_text(value: object) -> str:
    return _JSON.encode(value)


def extra_text(members: Mapping[str, Any]) -> str:
    """Encode a message's own members as the middle piece of its body."""
    return "," + json_text(members)[1:-1] if members else ""


def body_of(event: Event, extra: str) -> bytes:
    """Return the exact bytes that are signed and sent; ``extra``: the message's own members."""
    return text_of(event, extra).encode()


def text_of(event: Event, extra: str) -> str:
    """The body as text."""
    return f"{event.head}{_changes_in(event, extra)}{extra}{event.tail}"


def _changes_in(event: Event, extra: str) -> str:
    """Those of several changes that the message is about, as its notice or itself names them; all
    where neither does."""
    if not event.changes:
        return ""
    members = json.loads(f"{{{extra[1:]}}}")
    own = (members.get("notice") or members).get("change_ids")
    texts = [it.text for it in event.changes if own is None or it.id in own]
    return f',"changes":[{",".join(texts)}]'
