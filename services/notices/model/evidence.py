"""One customer's line in the proof of a notice, and why a customer cannot be reached."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from services.notices.model.deliveries import DELIVERED
from services.notices.model.endpoints import Endpoint
from services.notices.model.messages import Event, Group
from services.notices.model.receipts import RULES, Moments, day_of, moments_of
from services.notices.model.recipients import Recipient

WEBHOOK, EMAIL = "webhook", "email"
UNREACHED = "unreached"
DELETED_ENDPOINT = "(deleted endpoint)"


@dataclass(frozen=True)
class Tried:
    """One attempt. ``outcome`` is ``delivered`` or a stable error code; ``status`` of HTTP or SMTP.

    ``answer``: what the mail server said, word for word; None for a webhook.
    """

    at: datetime
    channel: str
    recipient: str
    outcome: str
    status: int | None
    duration_ms: int
    answer: str | None = None


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


@dataclass(frozen=True)
class Reach:
    """A customer whom nothing reaches, or who has not got a notice. ``reason``: no_endpoint,
    endpoint_disabled, filtered_out (of its webhooks), or notice_unreached. ``email``: off,
    no_contact, bounced (all contacts), or ok. ``unreached``: its notices that nobody has."""

    agreement_id: str
    customer: dict[str, Any]
    reason: str
    email: str = "off"
    unreached: tuple[dict[str, Any], ...] = ()


def evidence_of(
    event: Event,
    message: Mapping[str, Any],
    deliveries: Sequence[Mapping[str, Any]],
    recipient: Recipient,
    urls: Mapping[str, str],
    mails: Sequence[Mapping[str, Any]] = (),
) -> Evidence:
    """The line made of a message, what became of it at each endpoint and contact, and its dates."""
    notice = message["notice"]
    tried = [_tried(a, urls.get(d["endpoint_id"])) for d in deliveries for a in d["attempts"]]
    tried += [_mailed(a, m["to"]["email"]) for m in mails for a in m["attempts"]]
    moments = moments_of(message["acknowledged_at"], deliveries, mails)
    reached = bool(moments.delivered_at or moments.acknowledged_at)
    group = event.group(notice["terms_key"])
    days = _days(event, group, notice, moments)
    channel, to, state = _told_by(deliveries, urls, mails)
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
        effective_on=notice["effective_on"],
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
    )


@dataclass(frozen=True)
class _Days:
    given_on: str | None = None
    counts_from: str | None = None
    deadline: str | None = None


def _days(event: Event, group: Group, notice: Mapping[str, Any], moments: Moments) -> _Days:
    """The days as they came about; the message itself can only say what was meant to be."""
    dated = date.fromisoformat(notice["given_on"])
    if moments.sent_at is None:
        return _Days()
    given_on = day_of(moments.sent_at, event.time_zone, dated)
    counted = moments.by(group.terms.get("receipt_rule", RULES[0]))
    if counted is None:
        return _Days(str(given_on))
    counts_from = day_of(counted, event.time_zone, dated)
    return _Days(str(given_on), str(counts_from), group.deadline_from(counts_from))


def _told_by(
    deliveries: Sequence[Mapping[str, Any]],
    urls: Mapping[str, str],
    mails: Sequence[Mapping[str, Any]],
) -> tuple[str | None, str | None, str | None]:
    """Channel, recipient and state of what tells most: an arrival before an attempt."""
    best, mail = _best(deliveries), _best(mails)
    is_mail = mail is not None and (
        best is None or (mail["state"] == DELIVERED and best["state"] != DELIVERED)
    )
    if is_mail and mail is not None:
        return EMAIL, mail["to"]["email"], mail["state"]
    if best is not None:
        return WEBHOOK, urls.get(best["endpoint_id"], DELETED_ENDPOINT), best["state"]
    return None, None, None


def _unreached(message: Mapping[str, Any]) -> dict[str, Any] | None:
    if "unreached_at" not in message:
        return None
    return {"since": message["unreached_at"], "reason": message.get("unreached_reason")}


def _mailed(attempt: Mapping[str, Any], address: str) -> Tried:
    return Tried(
        at=attempt["at"],
        channel=EMAIL,
        recipient=address,
        outcome=attempt["code"] or DELIVERED,
        status=attempt["status"],
        duration_ms=attempt["duration_ms"],
        answer=attempt["answer"],
    )


def _best(deliveries: Sequence[Mapping[str, Any]]) -> Mapping[str, Any] | None:
    """The delivery that tells most: one that arrived, else one that was tried most."""
    return max(
        deliveries, key=lambda d: (d["state"] == DELIVERED, len(d["attempts"])), default=None
    )


def _tried(attempt: Mapping[str, Any], url: str | None) -> Tried:
    return Tried(
        at=attempt["at"],
        channel=WEBHOOK,
        recipient=url or DELETED_ENDPOINT,
        outcome=attempt["code"] or DELIVERED,
        status=attempt["status"],
        duration_ms=attempt["duration_ms"],
    )


def reach_of(
    recipient: Recipient,
    endpoints: Sequence[Endpoint],
    kind: str,
    email: str = "off",
    unreached: Sequence[dict[str, Any]] = (),
) -> Reach | None:
    """Why a notice of this type would reach nobody at this customer, or which ones have not;
    None when all is well. ``email``: see ``Reach``."""
    enabled = [each for each in endpoints if each.disabled_at is None]
    by_webhook = any(each.wants(kind, recipient.processor) for each in enabled)
    if (by_webhook or email == "ok") and not unreached:
        return None
    reason = "filtered_out" if enabled else "endpoint_disabled" if endpoints else "no_endpoint"
    if by_webhook or email == "ok":
        reason = "notice_unreached"
    told = tuple(unreached)
    return Reach(recipient.agreement_id, recipient.controller, reason, email, told)
