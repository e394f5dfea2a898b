"""Ending an agreement, and proving that its data is gone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from services.agreements import events
from services.agreements.events import Event
from services.agreements.ledger_entries import event
from services.agreements.model import ending
from services.agreements.model.agreement import Agreement, Proof
from services.agreements.use_cases.permissions import (
    acting_party,
    check_acts_as_processor,
)
from services.agreements.use_cases.saving import apply_step
from services.agreements.wiring import Deps
from shared.auth import Caller
from shared.mongo import Session

Outcome = tuple[Agreement, Sequence[Event]]


def terminate(
    deps: Deps, caller: Caller, agreement_id: str, effective_on: date, reason: str
) -> Agreement:
    """End the agreement today, or set the day to come on which it ends."""

    def step(session: Session, agreement: Agreement) -> Outcome:
        acting_party(caller, agreement)
        after = ending.terminated(agreement, effective_on, deps.now().date())
        version = deps.versions.get(session, agreement.id, agreement.version)
        kind = events.TERMINATION_SCHEDULED if after.binding else events.TERMINATED
        return after, [event(kind, after, version, reason=reason)]

    return apply_step(deps, caller, agreement_id, step)


def prove_deletion(
    deps: Deps, caller: Caller, agreement_id: str, body: Mapping[str, Any]
) -> Agreement:
    """Record that the data was deleted or returned after the end (Art. 28(3)(g))."""

    def step(session: Session, agreement: Agreement) -> Outcome:
        check_acts_as_processor(caller, agreement)
        proof = Proof(**body, at=deps.now(), client_id=caller.client_id)
        after = ending.proven(agreement, proof)
        version = deps.versions.get(session, agreement.id, agreement.version)
        names = {name: str(body[name]) for name in ("statement", "name", "title", "email")}
        proven = event(events.DELETION_PROVEN, after, version)
        done_on = {"done_on": proof.done_on.isoformat(),
                   "end_of_processing": version.content.clauses.end_of_processing}  # fmt: skip
        data, private = {**proven.data, **done_on}, {**proven.private, **names}
        return after, [Event(proven.type, data, private)]

    return apply_step(deps, caller, agreement_id, step)
