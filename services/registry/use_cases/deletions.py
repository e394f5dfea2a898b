"""Record what an ended sub-processor confirmed: the data is deleted, returned, or kept by law."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from services.registry import events, ledger_entries
from services.registry.model.deletions import (
    Confirmation,
    StillInUse,
    check_day,
    due_on,
    ends,
    last_use,
    use_that_ended,
)
from services.registry.model.files import KeptFile
from services.registry.model.register import Register, Row
from services.registry.use_cases import files
from services.registry.use_cases.jurisdiction import today_at
from services.registry.use_cases.permissions import own_register
from services.registry.wiring import Deps
from shared.auth import Caller
from shared.done_days import last_day_begun
from shared.errors import PreconditionFailed
from shared.mongo import Session


def confirm(
    deps: Deps, caller: Caller, slug: str, sub_id: str, seen: int | None, body: Mapping[str, Any]
) -> dict[str, Any]:
    """Record the confirmation, or correct it; what it said before stays to be read.

    ``body``: ``listed_until`` names the end, None the last one of an entry that is not in use.
    ``seen``: how many versions the caller has read, 0 for none; None accepts any. What says nothing
    new is not recorded. Raises ``EntryUnknown``, ``StillInUse``, ``EndUnknown``,
    ``ConfirmedInFuture``, ``ConfirmedBeforeEnd`` or ``PreconditionFailed``.
    """
    register = own_register(deps, caller, slug)
    said = {name: value for name, value in body.items() if name != "listed_until"}
    file = files.named(deps, caller, said["file_id"])

    def work(session: Session) -> None:
        today, rows = today_at(deps, register), _rows(deps, register, sub_id, session)
        row = use_that_ended(rows, today, body["listed_until"])
        check_day(said["confirmed_on"], row.valid_to, last_day_begun(deps.now()))
        kept = deps.stores.deletions.of(register.id, sub_id, session)
        if seen not in (None, len(kept)):
            raise PreconditionFailed
        earlier = _of_end(kept, row)
        if earlier and earlier[0].says(said):
            return
        made = _made(deps, caller, row, file, said)
        _keep(deps, register, row, replace(made, version=len(earlier) + 1), session)

    deps.mongo.transact(work)
    return read(deps, caller, slug, sub_id)


def read(deps: Deps, caller: Caller, slug: str, sub_id: str) -> dict[str, Any]:
    """Each end of an entry, the day by which it is to be confirmed, and what was confirmed; those
    of the last end beside them while the entry is not in use. Raises ``EntryUnknown``."""
    register = own_register(deps, caller, slug)
    rows, today = _rows(deps, register, sub_id), today_at(deps, register)
    kept = deps.stores.deletions.of(register.id, sub_id)
    over = [_end(row, _of_end(kept, row)) for row in ends(rows, today)]
    try:
        row, is_over = last_use(rows, today), True
    except StillInUse:
        row, is_over = rows[0], False
    return {
        "sub_processor_id": row.sub_processor_id,
        "legal_name": row.content["legal_name"],
        **(over[0] if is_over else _NO_END),
        "ends": over,
        "versions": len(kept),
    }


_NO_END: dict[str, Any] = {"listed_until": None, "due_on": None, "confirmations": []}


def _end(row: Row, confirmations: Sequence[Confirmation]) -> dict[str, Any]:
    return {
        "listed_until": row.valid_to,
        "due_on": due_on(row.content, row.valid_to),
        "confirmations": list(confirmations),
    }


def _of_end(kept: Sequence[Confirmation], row: Row) -> list[Confirmation]:
    return [each for each in kept if each.listed_until == row.valid_to]


def _rows(deps: Deps, register: Register, sub_id: str, session: Session | None = None) -> list[Row]:
    rows = deps.stores.rows.of(sub_id, session)
    return [row for row in rows if row.processor_id == register.id]


def _made(
    deps: Deps, caller: Caller, row: Row, file: KeptFile | None, body: Mapping[str, Any]
) -> Confirmation:
    return Confirmation(
        id=deps.new_id("del"),
        processor_id=row.processor_id,
        sub_processor_id=row.sub_processor_id,
        listed_until=row.valid_to,
        version=1,
        recorded_at=deps.now(),
        recorded_by=caller.client_id,
        file={"name": file.name, "sha256": file.sha256} if file else None,
        **body,
    )


def _keep(deps: Deps, register: Register, row: Row, made: Confirmation, session: Session) -> None:
    deps.stores.deletions.add(made, session)
    if made.file_id:
        deps.stores.files.use(register.id, made.file_id, made.recorded_at, session)
    public, private = ledger_entries.deletion_confirmed(register, row, made)
    deps.ledger.append(
        session,
        register.stream,
        events.DELETION_CONFIRMED,
        public,
        at=made.recorded_at,
        actor=made.recorded_by,
        private=private,
    )
    deps.stores.registers.touch(register.id, made.recorded_at, session)
