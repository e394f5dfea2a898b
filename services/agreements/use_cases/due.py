"""Apply what falls due: offers lapse, agreements and amendments begin and end."""

from __future__ import annotations

from dataclasses import replace

from services.agreements import events
from services.agreements.events import Event
from services.agreements.ledger_entries import event
from services.agreements.model import calendar
from services.agreements.model.agreement import Agreement, Due
from services.agreements.use_cases.erasure import erase
from services.agreements.use_cases.saving import save
from services.agreements.wiring import Deps
from shared.mongo import Session

ACTOR = "agreements.clock"
DUE_A_ROUND = 50

EVENT_OF_DUE = {
    calendar.BEGINS: events.IN_FORCE,
    calendar.AMENDMENT_BEGINS: events.AMENDED,
    calendar.ENDS: events.TERMINATED,
    calendar.RENEWAL: events.RENEWAL_DUE,
    calendar.EXPIRES: events.EXPIRED,
    calendar.DELETION_OVERDUE: events.DELETION_OVERDUE,
}


def run_due(deps: Deps) -> bool:
    """Apply what is due to a bounded number of agreements; True if there may be more."""
    barred = deps.clock_failures.barred()
    due = deps.agreements.due(deps.now().date(), DUE_A_ROUND, barred)
    deps.clock_failures.run(due, lambda agreement_id: _bring_to_today(deps, agreement_id))
    return len(due) == DUE_A_ROUND


def _bring_to_today(deps: Deps, agreement_id: str) -> None:
    while deps.mongo.transact(lambda session: _one_step(deps, session, agreement_id)):
        pass


def _one_step(deps: Deps, session: Session, agreement_id: str) -> bool:
    """Apply the first thing that is due; whether there was one."""
    before = deps.agreements.find(session, agreement_id)
    due = calendar.due_by(before, deps.now().date()) if before else None
    if before is None or due is None:
        return False
    if due.kind == calendar.ERASE:
        return erase(deps, session, before, ACTOR)
    version = deps.versions.get(session, before.id, _version_of(before, due))
    after = calendar.apply_due(before, due, version)
    made = event(_event_of(before, due), after, version)
    save(deps, session, before, after, [_with_its_day(made, before, due)], ACTOR)
    return True


def _with_its_day(made: Event, before: Agreement, due: Due) -> Event:
    """The event with the day that the processor is reminded of."""
    days = {
        calendar.RENEWAL: before.content.expires_on,
        calendar.DELETION_OVERDUE: before.deletion_due_on,
    }
    day = days.get(due.kind)
    return replace(made, private={**made.private, "due_on": day.isoformat()}) if day else made


def _version_of(agreement: Agreement, due: Due) -> int:
    if due.kind == calendar.OFFER_LAPSES:
        return agreement.latest_version
    if due.kind == calendar.AMENDMENT_BEGINS and agreement.scheduled:
        return agreement.scheduled.version
    return agreement.version


def _event_of(before: Agreement, due: Due) -> str:
    if due.kind == calendar.OFFER_LAPSES:
        return events.AMENDMENT_LAPSED if before.binding else events.EXPIRED
    return EVENT_OF_DUE[due.kind]
