"""What the calendar does to agreements: offers lapse, agreements end on their day."""

from __future__ import annotations

from services.agreements import events, model
from services.agreements.steps import Deps, save
from services.agreements.telling import event
from shared.mongo import Session

ACTOR = "agreements.clock"
DUE_A_ROUND = 50

WHAT_CAME = {
    "terminated": events.TERMINATED,
    "expired": events.EXPIRED,
    "active": events.AMENDMENT_LAPSED,
}


def run_due(deps: Deps) -> bool:
    """Bring what is due to today, a bounded number of agreements; True when there may be more.

    One that fails must not hold up the others, so the first fault is raised at the end.
    """
    due = deps.agreements.due(deps.now().date(), DUE_A_ROUND)
    faults = [fault for each in due if (fault := _tried(deps, each))]
    if faults:
        raise faults[0]
    return len(due) == DUE_A_ROUND


def _tried(deps: Deps, agreement_id: str) -> Exception | None:
    try:
        deps.mongo.transact(lambda session: _bring_to_today(deps, session, agreement_id))
    except Exception as fault:  # noqa: BLE001  It is raised again once the others had their turn.
        return fault
    return None


def _bring_to_today(deps: Deps, session: Session, agreement_id: str) -> None:
    before = deps.agreements.get(session, agreement_id)
    after = model.on_day(before, deps.now().date())
    if after is before:
        return
    ended = before.offer is None
    number = after.version if ended else after.latest_version
    version = deps.versions.get(session, after.id, number)
    save(deps, session, before, after, [event(WHAT_CAME[after.status], after, version)], ACTOR)
