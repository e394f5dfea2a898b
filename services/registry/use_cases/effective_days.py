"""Bring announced changes into effect when their day has come at the processor."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import cache
from itertools import islice

from pymongo.errors import ConnectionFailure

from services.registry import events, ledger_entries
from services.registry.model.changes import Change
from services.registry.use_cases.jurisdiction import today_at
from services.registry.use_cases.saving import append_entry
from services.registry.wiring import Deps
from shared.done_days import last_day_begun
from shared.mongo import Session


def due_changes(deps: Deps, barred: Sequence[str], limit: int = 100) -> list[str]:
    """Ids of announced changes whose effective day has come at their processor, in order.

    ``barred``: ids to leave out. At most ``limit`` are returned.
    """
    today = cache(lambda processor_id: _today_or_last_day(deps, processor_id))
    candidates = deps.stores.changes.due(last_day_begun(deps.now()), barred)
    # The limit counts what is due: the first candidates may all sit where the day has not come.
    due = (change.id for change in candidates if change.effective_on <= today(change.processor_id))
    return list(islice(due, limit))


def go_live(deps: Deps, change_id: str) -> None:
    """Record, once, that a change has taken effect, with those of its notice that were not
    withdrawn: customers get one message of them. The list needs no update: its rows are dated.

    Raises ``NotInThisStatus`` for a change that is not announced (any more).
    """

    def work(session: Session) -> None:
        at = deps.now()
        live = [change.in_effect(at) for change in _of_its_notice(deps, change_id, session)]
        register = deps.stores.registers.get(live[0].processor_id)
        for change in live:
            deps.stores.changes.replace(change, session)
        entry = ledger_entries.in_effect(register, live)
        append_entry(deps, register, events.IN_EFFECT, entry, at, "clock", session)

    deps.mongo.transact(work)


def _of_its_notice(deps: Deps, change_id: str, session: Session) -> list[Change]:
    """The change, among those of its notice that are still announced: all have one day."""
    asked = deps.stores.changes.get(change_id, session)
    if asked.status != "announced" or not asked.together:
        return [asked]
    changes = (deps.stores.changes.get(each, session) for each in asked.together)
    return [change for change in changes if change.status == "announced"]


def _today_or_last_day(deps: Deps, processor_id: str) -> str:
    """Today at the processor (ISO 8601); the last day of all if its register cannot be read."""
    try:
        return today_at(deps, deps.stores.registers.get(processor_id)).isoformat()
    except ConnectionFailure:
        raise
    # So its changes count as due: they fail one by one, are counted, and hold up no others.
    except Exception:  # noqa: BLE001  See above.
        return date.max.isoformat()
