"""One customer's line in the proof of a notice, and why a customer cannot be reached."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from services.notices.model.deliveries import DELIVERED
from services.notices.model.endpoints import Endpoint
from services.notices.model.messages import Event
from services.notices.model.recipients import Recipient

WEBHOOK = "webhook"
DELETED_ENDPOINT = "(deleted endpoint)"


@dataclass(frozen=True)
class Tried:
    """One attempt. ``outcome`` is ``delivered`` or a stable error code."""

    at: datetime
    recipient: str
    outcome: str
    status: int | None
    duration_ms: int


@dataclass(frozen=True)
class Evidence:
    """How one customer was told. Days are text; ``recipient`` is an endpoint's URL.

    ``outcome``: delivered, pending, failed, held, skipped, abandoned, no_endpoint, filtered_out.
    ``reached``: some channel delivered, or the customer acknowledged by itself.
    """

    agreement_id: str
    notice_id: str
    customer: dict[str, Any]
    terms: dict[str, Any]
    channel: str | None
    recipient: str | None
    given_on: str
    deadline: str | None
    effective_on: str | None
    silence: str | None
    attempts: tuple[Tried, ...]
    delivered_at: datetime | None
    acknowledged_at: datetime | None
    outcome: str
    reached: bool


@dataclass(frozen=True)
class Reach:
    """A customer whom nothing reaches. ``reason``: no_endpoint, endpoint_disabled, filtered_out."""

    agreement_id: str
    customer: dict[str, Any]
    reason: str


def evidence_of(
    event: Event,
    message: Mapping[str, Any],
    deliveries: Sequence[Mapping[str, Any]],
    recipient: Recipient,
    urls: Mapping[str, str],
) -> Evidence:
    """The line made of a message, what became of it at each endpoint, and the event's dates."""
    notice, best = message["notice"], _best(deliveries)
    tried = [_tried(a, urls.get(d["endpoint_id"])) for d in deliveries for a in d["attempts"]]
    delivered = [each["delivered_at"] for each in deliveries if "delivered_at" in each]
    acknowledged_at = message["acknowledged_at"]
    return Evidence(
        agreement_id=message["agreement_id"],
        notice_id=notice["id"],
        customer=recipient.controller,
        terms=event.group(notice["terms_key"]).terms,
        channel=WEBHOOK if best else None,
        recipient=urls.get(best["endpoint_id"], DELETED_ENDPOINT) if best else None,
        given_on=notice["given_on"],
        deadline=notice["objection_deadline"],
        effective_on=notice["effective_on"],
        silence=notice["silence"],
        attempts=tuple(sorted(tried, key=lambda each: each.at)),
        delivered_at=min(delivered, default=None),
        acknowledged_at=acknowledged_at,
        outcome=best["state"] if best else message["outcome"],
        reached=bool(delivered) or acknowledged_at is not None,
    )


def _best(deliveries: Sequence[Mapping[str, Any]]) -> Mapping[str, Any] | None:
    """The delivery that tells most: one that arrived, else one that was tried most."""
    return max(
        deliveries, key=lambda d: (d["state"] == DELIVERED, len(d["attempts"])), default=None
    )


def _tried(attempt: Mapping[str, Any], url: str | None) -> Tried:
    return Tried(
        at=attempt["at"],
        recipient=url or DELETED_ENDPOINT,
        outcome=attempt["code"] or DELIVERED,
        status=attempt["status"],
        duration_ms=attempt["duration_ms"],
    )


def reach_of(recipient: Recipient, endpoints: Sequence[Endpoint], kind: str) -> Reach | None:
    """Why a notice of this type would reach nobody at this customer; None when it would."""
    enabled = [each for each in endpoints if each.disabled_at is None]
    if any(each.wants(kind, recipient.processor) for each in enabled):
        return None
    reason = "filtered_out" if enabled else "endpoint_disabled" if endpoints else "no_endpoint"
    return Reach(recipient.agreement_id, recipient.controller, reason)
