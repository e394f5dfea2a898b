"""One customer's line in the proof of a notice, and why a customer cannot be reached."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from services.notices.model.channels import Channel, Tried
from services.notices.model.deliveries import DELIVERED
from services.notices.model.endpoints import Endpoint
from services.notices.model.messages import INFORMATION, NOTICE, Event, Group, body_of
from services.notices.model.receipts import Moments, moments_of
from services.notices.model.recipients import Recipient
from shared.counting import counted_in_all

UNREACHED = "unreached"
# Why a line has no last day to object.
INFORMED, NOT_STARTED, NO_NUMBER = "informed", "not_started", "no_number"
UNTIL_EFFECT, SENT_LATE = "until_effect", "sent_late"
NO_DEADLINE = (INFORMED, NOT_STARTED, NO_NUMBER, UNTIL_EFFECT, SENT_LATE)
OK = "ok"
# Deliveries of a notice, by the channel they go by, in the order of the channels.
ByChannel = Sequence[tuple[Channel, Sequence[Mapping[str, Any]]]]


@dataclass(frozen=True)
class Evidence:
    """How one customer was told. Days are text; ``recipient`` is an endpoint's URL or an address.

    ``outcome``: delivered, pending, failed, held, skipped, abandoned, no_endpoint, filtered_out,
    bounced, unreached. ``delivered_at``: a webhook receiver answered 2xx, or the mail server of
    the contact accepted the mail (RFC 5321, 4.2.5: it answers for it from then on) and has not
    reported since that it could not deliver it. ``reached``: some channel delivered, or the
    customer acknowledged by itself; ``unreached``: since when nobody has it, and why.

    ``sent_at``: as ``model.receipts`` has it, and ``given_on`` its day where the processor sits.
    ``counts_from``: the day this customer's days run from, by its own receipt rule, and
    ``deadline`` the last day to object; None as long as what they run from has not happened.
    ``effective_on``: the day of the change, or the later one that this customer's own days allow.
    ``no_deadline``: why there is no last day to object, a word of NO_DEADLINE; None where there is.
    ``owes``: notice, or information, which has no such days.
    ``counting``: how these days are counted, by language; None in notices of earlier versions.
    ``approved_by``: who approved the announcement at the vendor, by name.
    ``letters``: what the customer said of the notice outside Art28, as its vendor recorded it.
    ``answers``: the steps of its objections, and its approvals. ``sha256``: of the message as it
    was sent, in hexadecimal.
    """

    agreement_id: str
    notice_id: str
    customer: dict[str, Any]
    terms: dict[str, Any]
    channel: str | None
    recipient: str | None
    given_on: str | None
    deadline: str | None
    effective_on: str | None
    silence: str | None
    attempts: tuple[Tried, ...]
    delivered_at: datetime | None
    acknowledged_at: datetime | None
    outcome: str
    reached: bool
    acknowledged_by: dict[str, Any] | None = None
    unreached: dict[str, Any] | None = None
    sent_at: datetime | None = None
    counts_from: str | None = None
    counting: dict[str, str] | None = None
    owes: str = NOTICE
    letters: tuple[dict[str, Any], ...] = ()
    approved_by: tuple[dict[str, Any], ...] = ()
    no_deadline: str | None = None
    answers: tuple[dict[str, Any], ...] = ()
    sha256: str = ""
    # When the recipient of a mail last used a link that was mailed there.
    verified_at: datetime | None = None


@dataclass(frozen=True)
class Reach:
    """A customer whom nothing reaches, or who has not got a notice. ``reason``: no_endpoint,
    endpoint_disabled, filtered_out (of its webhooks), or notice_unreached. ``channels``: of those
    that may be used for it, by name: off, no_contact, bounced (all contacts), or ok.
    ``unreached``: its notices that it has not received."""

    agreement_id: str
    customer: dict[str, Any]
    reason: str
    channels: Mapping[str, str]
    unreached: tuple[dict[str, Any], ...] = ()


def evidence_of(
    event: Event, message: Mapping[str, Any], deliveries: ByChannel, recipient: Recipient
) -> Evidence:
    """The line made of a message, what became of it by each channel, and its dates."""
    notice = message["notice"]
    rows = [(channel, row) for channel, some in deliveries for row in some]
    tried = [attempt for channel, row in rows for attempt in channel.evidence(row)]
    moments = moments_of(message["acknowledged_at"], (it.moments(row) for it, row in rows))
    reached = bool(moments.delivered_at or moments.acknowledged_at)
    group = event.group(notice["terms_key"])
    days = days_of(event, group, notice, moments)
    channel, to, state = _best_of(deliveries)
    unreached = None if reached else _unreached(message)
    return Evidence(
        agreement_id=message["agreement_id"],
        notice_id=notice["id"],
        customer=recipient.controller,
        terms=group.terms,
        channel=channel,
        recipient=to,
        given_on=days.given_on,
        deadline=days.deadline,
        effective_on=days.effective_on,
        silence=notice["silence"],
        attempts=tuple(sorted(tried, key=lambda each: each.at)),
        delivered_at=moments.delivered_at,
        acknowledged_at=moments.acknowledged_at,
        outcome=UNREACHED if unreached else state or message["outcome"],
        reached=reached,
        acknowledged_by=message.get("acknowledged_by"),
        unreached=unreached,
        sent_at=moments.sent_at,
        counts_from=days.counts_from,
        letters=tuple(message.get("letters", ())),
        approved_by=event.approved_by,
        counting=counted_in_all(notice.get("holidays"), notice.get("time_zones") or ()),
        owes=group.owes,
        no_deadline=days.no_deadline,
        answers=tuple(message.get("answers", ())),
        sha256=hashlib.sha256(body_of(event, message["extra"])).hexdigest(),
    )


@dataclass(frozen=True)
class Days:
    given_on: str | None = None
    counts_from: str | None = None
    deadline: str | None = None
    effective_on: str | None = None
    no_deadline: str | None = None


def days_of(event: Event, group: Group, notice: Mapping[str, Any], moments: Moments) -> Days:
    """The days as they came about; the message itself can only say what was meant to be."""
    if moments.sent_at is None:
        why = INFORMED if group.owes == INFORMATION else NOT_STARTED
        return Days(effective_on=notice["effective_on"], no_deadline=why)
    dated = date.fromisoformat(notice["given_on"])
    known = group.known(moments, event.time_zone, dated)
    counts_from = group.starts_on(known)
    deadline = group.deadline(known)
    return Days(
        str(known.given_on),
        str(counts_from) if counts_from else None,
        deadline,
        group.takes_effect_on(known, event.effective_on) or notice["effective_on"],
        None if deadline else _why_none(group, counts_from),
    )


def _why_none(group: Group, counts_from: date | None) -> str:
    """Why a notice that was sent has no last day to object here."""
    if group.owes == INFORMATION:
        return INFORMED
    if counts_from is None:
        return NOT_STARTED
    if group.until_effect:
        return UNTIL_EFFECT
    # The days of a notice that left much later than it was dated are not told beforehand.
    return NO_NUMBER if group.objection_deadline is None else SENT_LATE


def _best_of(deliveries: ByChannel) -> tuple[str | None, str | None, str | None]:
    """Channel, recipient and state of the delivery that proves most: an arrival before an attempt,
    and of two alike that of the channel that comes first."""
    found = [(channel, _best(rows)) for channel, rows in deliveries if rows]
    if not found:
        return None, None, None
    channel, row = next((each for each in found if each[1]["state"] == DELIVERED), found[0])
    return channel.name, channel.recipient(row), row["state"]


def _unreached(message: Mapping[str, Any]) -> dict[str, Any] | None:
    if "unreached_at" not in message:
        return None
    return {"since": message["unreached_at"], "reason": message.get("unreached_reason")}


def _best(rows: Sequence[Mapping[str, Any]]) -> Mapping[str, Any]:
    """One that arrived, else the one that was tried most."""
    return max(rows, key=lambda row: (row["state"] == DELIVERED, len(row["attempts"])))


def reach_of(
    recipient: Recipient,
    endpoints: Sequence[Endpoint],
    kind: str,
    channels: Mapping[str, str],
    unreached: Sequence[dict[str, Any]] = (),
) -> Reach | None:
    """Why a notice of this type would reach nobody at this customer, or which ones have not;
    None when all is well. ``channels``: see ``Reach``."""
    enabled = [each for each in endpoints if each.disabled_at is None]
    wanted = any(each.takes_every(kind, recipient.processor) for each in enabled)
    is_reached = wanted or OK in channels.values()
    if is_reached and not unreached:
        return None
    reason = "filtered_out" if enabled else "endpoint_disabled" if endpoints else "no_endpoint"
    if is_reached:
        reason = "notice_unreached"
    return Reach(recipient.agreement_id, recipient.controller, reason, channels, tuple(unreached))
