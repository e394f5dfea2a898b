"""Remind vendors 60, 30 and 7 days before evidence, a review, a certificate, or the confirmation of
an ended sub-processor falls due; of the last one also once its day has passed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, timedelta

from services.registry import events, ledger_entries
from services.registry.model.deletions import unconfirmed
from services.registry.model.register import Register
from services.registry.store.reminders import Round
from services.registry.todo.due import STAGES, Reminder, dues, of_deletion, of_evidence
from services.registry.transfers.stages import is_planned
from services.registry.use_cases.jurisdiction import today_at
from services.registry.wiring import Deps
from shared.ids import derived_id
from shared.mongo import Session

# A day begins at another hour in every time zone.
_EITHER_WAY = timedelta(days=1)


def remind(deps: Deps) -> bool:
    """Do a bounded part of this hour's round over all registers; True if there is more of it.

    Each day is reminded of once at each stage, in the vendor's local day. After a time without a
    clock only the stage that is reached by now is told, and none once the day has passed.
    """
    now = deps.now()
    for job in deps.clock_failures.rested("reminder:"):
        _attempt(deps, job.partition(":")[2])
    mark = f"{now:%Y-%m-%dT%H}"
    reached = deps.stores.reminders.round()
    if reached is None or reached.mark != mark:
        reached = Round(mark)
    if reached.done:
        return False
    first, last = now.date() - _EITHER_WAY, now.date() + timedelta(days=STAGES[0]) + _EITHER_WAY
    processor_id = deps.stores.reminders.next_processor(
        first, last, now.date() + _EITHER_WAY, reached.after
    )
    if processor_id is not None:
        _attempt(deps, processor_id)
    deps.stores.reminders.save_round(Round(mark, processor_id or "", processor_id is None))
    return True


def _attempt(deps: Deps, processor_id: str) -> None:
    def work(_: str) -> None:
        _remind_vendor(deps, deps.stores.registers.get(processor_id))

    deps.clock_failures.attempt(f"reminder:{processor_id}", work)


def _remind_vendor(deps: Deps, register: Register) -> None:
    today = today_at(deps, register)
    for stage, coming in _by_stage(deps, register, today).items():
        if deps.stores.reminders.unsent(list(coming), stage):
            _commit(deps, register, stage, coming, today)


def _by_stage(deps: Deps, register: Register, today: date) -> Mapping[int, dict[str, Reminder]]:
    """What is to be told, by the most urgent stage reached and by its key."""
    found: dict[int, dict[str, Reminder]] = {}
    for reminder in _reminders(deps, register, today):
        key = derived_id("rem", register.id, *reminder.key)
        found.setdefault(reminder.stage, {})[key] = reminder
    return found


def _reminders(deps: Deps, register: Register, today: date) -> Iterator[Reminder]:
    """Of today's list what has to be looked at again, and what has ended without confirmation."""
    known = deps.stores.instruments.known(deps.now().date())
    rows = deps.stores.rows.on(register.id, today)
    for row in rows:
        for due in dues(row.sub_processor_id, row.content, known):
            yield from of_evidence(due, today)
    in_use = [row.sub_processor_id for row in rows if not is_planned(row.content)]
    past = deps.stores.rows.past(register.id, today, in_use)
    for row in unconfirmed(past, deps.stores.deletions.confirmed(register.id)) if past else ():
        yield from of_deletion(row, today)


def _commit(
    deps: Deps, register: Register, stage: int, coming: Mapping[str, Reminder], today: date
) -> None:
    """Save marks and ledger entries in one transaction, so that each is told at most once."""

    def work(session: Session) -> None:
        at = deps.now()
        for key, reminder in coming.items():
            if deps.stores.reminders.claim(key, stage, at, session):
                days_left = (reminder.due_on - today).days
                data, private = ledger_entries.evidence_due(register, reminder, days_left)
                deps.ledger.append(
                    session,
                    register.reminders,
                    events.EVIDENCE_DUE,
                    data,
                    at=at,
                    actor="clock",
                    private=private,
                )

    deps.mongo.transact(work)
