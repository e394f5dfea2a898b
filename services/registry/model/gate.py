"""The go-live gate: may this customer's data flow to this sub-processor on that day?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from services.registry.model.objections import Objection
from services.registry.model.register import Row

Answer = Literal["allowed", "blocked_until", "not_notified", "objected", "excluded"]


@dataclass(frozen=True)
class Gate:
    """``until`` is the first day on which the answer may be another, when that is known."""

    answer: Answer
    until: date | None
    reason: str


def judge(
    rows: Sequence[Row],
    on: date,
    *,
    has_agreement: bool,
    objection: Objection | None,
    awaits_approval: bool,
) -> Gate:
    """From the entry's live rows, the customer's objection to it, and its authorisation."""
    if not has_agreement:
        return Gate("not_notified", None, "No agreement with this customer is in force.")
    if objection is not None and objection.status == "excluded":
        return Gate("excluded", None, "The customer objected and is excluded from this entry.")
    if objection is not None and objection.open:
        return Gate("objected", None, "The customer objected and the objection is not settled.")
    if any(row.on(on) for row in rows):
        return _in_register(awaits_approval)
    coming = [row.valid_from for row in rows if row.valid_from > on]
    if coming:
        return Gate("blocked_until", min(coming), "Announced; it takes effect on that day.")
    return Gate("not_notified", None, "The register does not hold this entry on that day.")


def _in_register(awaits_approval: bool) -> Gate:
    if awaits_approval:
        reason = "The agreement asks for this customer's approval, which is not given."
        return Gate("blocked_until", None, reason)
    return Gate("allowed", None, "In the register on that day, and the customer was told.")
