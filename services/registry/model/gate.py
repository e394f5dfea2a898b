"""The go-live gate: may this customer's data flow to this sub-processor on that day?

It opens only when everything that could keep it shut is known to be settled: an agreement in force
that concerns the entry, the entry on the list, every change to it that has taken effect announced
in time to this customer, approved where silence is no, and not objected to.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from services.registry.model.objections import Objection
from services.registry.model.register import ONE_DAY, Row

Answer = Literal["allowed", "blocked_until", "not_notified", "objected", "excluded"]


@dataclass(frozen=True)
class Gate:
    """``until`` is the first day on which the answer may be another, when that is known."""

    answer: Answer
    until: date | None
    reason: str


@dataclass(frozen=True)
class Standing:
    """How one customer stands to one change of the entry that was announced.

    ``begins_on``: the first day its own periods allow, None while the receipt they run from has not
    come.
    """

    effective_on: date
    objection: Objection | None = None
    awaits_approval: bool = False
    begins_on: date | None = date.min


def judge(rows: Sequence[Row], on: date, agreement: Gate | None, told: Sequence[Standing]) -> Gate:
    """From the entry's live rows and how this customer stands to each change of it.

    ``agreement``: what keeps the gate shut because of the agreement; None when nothing does.
    """
    if agreement is not None:
        return agreement
    listed = any(row.on(on) for row in rows)
    # A change to come leaves what is at work today alone; before an entry begins, it is the entry.
    count = [each for each in told if each.effective_on <= on or not listed]
    shut = _by_objection(count, on)
    if shut is not None:
        return shut
    if not listed:
        return _to_come(rows, on, count)
    return _by_clearance(count, on) or Gate(
        "allowed", None, "In the register on that day, and the customer was told."
    )


def _by_objection(count: Sequence[Standing], on: date) -> Gate | None:
    objections = [each.objection for each in count if each.objection]
    if any(each.status == "excluded" for each in objections):
        return Gate("excluded", None, "The customer objected and is excluded from this entry.")
    if any(each.open for each in objections):
        return Gate("objected", None, "The customer objected and the objection is not settled.")
    if any(each.status == "terminated" for each in objections):
        return Gate("objected", None, "The customer ends the agreement over its objection.")
    days = [each.respond_by for each in objections if each.respond_by and each.keeps_shut(on)]
    last = max(days, default=None)
    if last is None:
        return None
    reason = "The objection was rejected; the customer may end the agreement up to the day before."
    return Gate("objected", last + ONE_DAY, reason)


def _to_come(rows: Sequence[Row], on: date, count: Sequence[Standing]) -> Gate:
    coming = [row.valid_from for row in rows if row.valid_from > on]
    if not coming:
        return Gate("not_notified", None, "The register does not hold this entry on that day.")
    begins = [each.begins_on for each in count]
    if any(each.awaits_approval for each in count) or None in begins:
        return _by_clearance(count, on) or Gate("blocked_until", None, "Announced.")
    until = max([min(coming), *(day for day in begins if day)])
    return Gate("blocked_until", until, "Announced; it takes effect on that day.")


def _by_clearance(count: Sequence[Standing], on: date) -> Gate | None:
    if any(each.awaits_approval for each in count):
        reason = "The agreement asks for this customer's approval, which is not given."
        return Gate("blocked_until", None, reason)
    if any(each.begins_on is None for each in count):
        reason = "The agreement counts from the receipt of the notice, which has not come."
        return Gate("blocked_until", None, reason)
    begins_on = max((each.begins_on for each in count if each.begins_on), default=date.min)
    if begins_on > on:
        reason = "The agreement counts from the receipt of the notice; the days are not over."
        return Gate("blocked_until", begins_on, reason)
    return None
