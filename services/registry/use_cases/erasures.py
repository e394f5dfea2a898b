"""Erase a contact person; the hash chain of the ledger stays whole."""

from __future__ import annotations

from services.registry import events, ledger_entries
from services.registry.model.erasures import (
    EntriesPending,
    Erased,
    PersonInUse,
    PersonUnknown,
    speaks_of,
)
from services.registry.model.register import Register
from services.registry.use_cases.jurisdiction import today_at
from services.registry.use_cases.permissions import own_register
from services.registry.wiring import Deps
from shared.auth import Caller
from shared.mongo import Session


def erase(deps: Deps, caller: Caller, slug: str, email: str, reason: str) -> Erased:
    """Erase the person with this address from everything that is past.

    Raises ``PersonInUse``, ``PersonUnknown``, and ``EntriesPending`` while an entry that names the
    person may not have reached its listeners.
    """
    register = own_register(deps, caller, slug)
    return deps.mongo.transact(
        lambda session: _erase(deps, caller, register, email, reason, session)
    )


def _erase(
    deps: Deps, caller: Caller, register: Register, email: str, reason: str, session: Session
) -> Erased:
    if deps.stores.traces.in_use(register.id, email, today_at(deps, register), session):
        raise PersonInUse
    if not deps.ledger.is_delivered(register.stream, session):
        raise EntriesPending
    parts = deps.ledger.private_parts(register.stream, session)
    sequences = tuple(sorted(number for number, part in parts if speaks_of(part, email)))
    versions = deps.stores.traces.erase_versions(register.id, email, session)
    changes = deps.stores.traces.erase_changes(register.id, email, session)
    rows = deps.stores.traces.erase_import_rows(register.id, email, session)
    said = deps.stores.traces.erase_confirmations(register.id, email, session)
    if not (sequences or versions or changes or rows or said):
        raise PersonUnknown
    for sequence in sequences:
        deps.ledger.erase_private(session, register.stream, sequence)
    entry = deps.ledger.append(
        session,
        register.stream,
        events.PERSON_ERASED,
        {
            "processor": ledger_entries.processor(register),
            "entries": list(sequences),
            "reason": reason,
        },
        at=deps.now(),
        actor=caller.client_id,
    )
    return Erased(entry.sequence, sequences, versions, changes, rows, said)
