"""The go-live gate: may this customer's data flow to this sub-processor on that day?

It opens only when everything that could keep it shut is known to be settled: an agreement in force
that concerns the entry, the entry on the list, every change to it that has taken effect announced
in time to this customer, approved where silence is no, and not objected to.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

from services.registry.model.objections import Objection
from services.registry.model.register import ONE_DAY, Row
from services.registry.transfers.stages import (
    CHOSEN_BY_CUSTOMER,
    ONLY_IF_ENABLED,
    is_planned,
    stage_of,
)

_REMEDY = "Its evidence says why; it can be reached by a webhook endpoint or a contact's e-mail, or"
NOT_SENT = (
    "No notice of this change has been sent to the customer yet, so none of its days have begun. "
    f"{_REMEDY} acknowledge the notice in its portal."
)
EMERGENCY_NOT_SENT = (
    "This change was announced as an emergency, and no notice of it has been sent to the customer "
    "yet; a customer is told before the change, in an emergency too (Art. 28(2) GDPR). "
    f"{_REMEDY} acknowledge the notice in its portal."
)
NOT_LISTED = (
    "The change was announced before this agreement was made, so the customer has no notice of it, "
    "and the list that it accepted does not name it. Offer an amendment, which has today's list; "
    "or announce the change anew; or ask the customer to approve it."
)
NOT_DELIVERED = (
    "The agreement counts from the receipt of the notice, which has not been delivered. "
    f"{_REMEDY} acknowledge it in its portal."
)
NOT_ACKNOWLEDGED = (
    "The agreement counts from the receipt of the notice, which the customer has to acknowledge: "
    "in its portal, or by the link in the mail."
)

ONLY_PLANNED = (
    "It is only planned: no data may flow to it until the vendor has announced that it is used, "
    "and this customer's days are over."
)
CUSTOMERS_OWN = (
    "The customer chooses it and contracts with it; the vendor does not engage it, and does not "
    "answer for it (Art. 28(4) GDPR)."
)
IF_ENABLED = "Data may flow to it only where the customer has enabled what it is for."

Answer = Literal["allowed", "blocked_until", "not_notified", "objected", "excluded"]


@dataclass(frozen=True)
class Gate:
    """``until`` is the first day on which the answer may be another, when that is known.

    ``reason`` says why and what to do, ``reason_code`` is a stable word for it.
    """

    answer: Answer
    until: date | None
    reason: str
    reason_code: str


@dataclass(frozen=True)
class Standing:
    """One customer's position on one announced change of the entry.

    ``begins_on``: the first day its own periods allow, None while what they run from has not
    happened; ``lacks`` says what: the notice is not yet ``sent``, ``delivered``, ``acknowledged``,
    or there is none, and the list that the customer accepted does not name the change (``listed``).
    ``known_by``: how the customer knows of the change: by its notice, or because it approved it, or
    accepted it with its agreement.
    """

    effective_on: date
    objection: Objection | None = None
    awaits_approval: bool = False
    begins_on: date | None = date.min
    lacks: str | None = None
    emergency: bool = False
    known_by: Literal["notice", "approval", "agreement"] = "notice"


def judge(
    rows: Sequence[Row], on: date, agreement: Gate | None, standings: Sequence[Standing]
) -> Gate:
    """The answer, from the entry's live rows and the customer's standing on each of its changes.

    ``agreement``: what keeps the gate shut because of the agreement; None when nothing does.
    """
    if agreement is not None:
        return agreement
    # Nothing flows to what is only planned: it is not there yet.
    planned = any(row.on(on) and is_planned(row.content) for row in rows)
    rows = [row for row in rows if not is_planned(row.content)]
    listed = next((row for row in rows if row.on(on)), None)
    # A change to come does not touch an entry at work; before an entry begins, it is the entry.
    counting = [standing for standing in standings if standing.effective_on <= on or not listed]
    shut = _by_objection(counting, on)
    if shut is not None:
        return shut
    if not listed:
        return _to_come(rows, on, counting, planned=planned)
    return _by_clearance(counting, on) or _opened(listed, counting)


def _opened(row: Row, standings: Sequence[Standing]) -> Gate:
    stage = stage_of(row.content)
    if stage == CHOSEN_BY_CUSTOMER:
        return Gate("allowed", None, CUSTOMERS_OWN, "chosen-by-customer")
    gate = _open(standings)
    if stage == ONLY_IF_ENABLED:
        return replace(gate, reason=f"{gate.reason} {IF_ENABLED}")
    return gate


def _open(standings: Sequence[Standing]) -> Gate:
    ways = {standing.known_by for standing in standings}
    if "notice" in ways:
        reason = "In the register on that day, and the customer was told."
        return Gate("allowed", None, reason, "told")
    if "approval" in ways:
        reason = "In the register on that day, and approved by the customer."
        return Gate("allowed", None, reason, "approved")
    reason = "In the register on that day, and accepted with the customer's agreement."
    return Gate("allowed", None, reason, "accepted-with-agreement")


def _by_objection(standings: Sequence[Standing], on: date) -> Gate | None:
    objections = [standing.objection for standing in standings if standing.objection]
    if any(objection.status == "excluded" for objection in objections):
        reason = "The customer objected and is excluded from this entry."
        return Gate("excluded", None, reason, "excluded")
    if any(objection.open for objection in objections):
        reason = "The customer objected and the objection is not settled."
        return Gate("objected", None, reason, "objection-open")
    if any(objection.status == "terminated" for objection in objections):
        reason = "The customer ends the agreement over its objection."
        return Gate("objected", None, reason, "agreement-ending")
    days = [
        objection.respond_by
        for objection in objections
        if objection.respond_by and objection.keeps_shut(on)
    ]
    last = max(days, default=None)
    if last is None:
        return None
    reason = "The objection was rejected; the customer may end the agreement up to the day before."
    return Gate("objected", last + ONE_DAY, reason, "objection-rejected")


def _to_come(
    rows: Sequence[Row], on: date, standings: Sequence[Standing], *, planned: bool
) -> Gate:
    coming = [row.valid_from for row in rows if row.valid_from > on]
    if not coming and planned:
        return Gate("blocked_until", None, ONLY_PLANNED, "planned")
    if not coming:
        reason = "The register does not hold this entry on that day."
        return Gate("not_notified", None, reason, "not-in-register")
    shut = _by_notice(standings) or _by_approval(standings)
    if shut is not None:
        return shut
    until = max(
        [min(coming), *(standing.begins_on for standing in standings if standing.begins_on)]
    )
    return Gate("blocked_until", until, "Announced; it takes effect on that day.", "announced")


def _by_clearance(standings: Sequence[Standing], on: date) -> Gate | None:
    shut = _by_notice(standings) or _by_approval(standings)
    if shut is not None:
        return shut
    begins_on = max(
        (standing.begins_on for standing in standings if standing.begins_on), default=date.min
    )
    if begins_on > on:
        reason = (
            "The days of this customer's agreement are not over; they are counted from the day its "
            "notice was really sent, delivered or acknowledged, as the agreement says."
        )
        return Gate("blocked_until", begins_on, reason, "days-not-over")
    return None


def _by_notice(standings: Sequence[Standing]) -> Gate | None:
    """Until that has happened which the agreement counts from, no day is known on which the gate
    could open."""
    waiting = [standing for standing in standings if standing.begins_on is None]
    lacks = {standing.lacks for standing in waiting}
    if "listed" in lacks:
        return Gate("not_notified", None, NOT_LISTED, "not-in-accepted-list")
    if "sent" in lacks:
        if all(standing.emergency for standing in waiting if standing.lacks == "sent"):
            return Gate("not_notified", None, EMERGENCY_NOT_SENT, "emergency-not-sent")
        return Gate("not_notified", None, NOT_SENT, "notice-not-sent")
    if "delivered" in lacks:
        return Gate("blocked_until", None, NOT_DELIVERED, "notice-not-delivered")
    if lacks:
        return Gate("blocked_until", None, NOT_ACKNOWLEDGED, "notice-not-acknowledged")
    return None


def _by_approval(standings: Sequence[Standing]) -> Gate | None:
    if not any(standing.awaits_approval for standing in standings):
        return None
    reason = "The agreement asks for this customer's approval, which is not given."
    return Gate("blocked_until", None, reason, "approval-missing")
