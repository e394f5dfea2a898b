"""Record what an ended sub-processor confirmed: the data is deleted, returned, or kept by law."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from services.registry import events, ledger_entries
from services.registry.model.deletions import (
    Confirmation,
    StillInUse,
    check_day,
    due_on,
    last_use,
)
from services.registry.model.files import KeptFile
from services.registry.model.register import Register, Row
from services.registry.use_cases import files
from services.registry.use_cases.jurisdiction import today_at
from services.registry.use_cases.permissions import own_register
from services.registry.wiring import Deps
from shared.auth import Caller
from shared.errors import PreconditionFailed
from shared.mongo import Session


def confirm(
    deps: Deps, caller: Caller, slug: str, sub_id: str, seen: int | None, body: Mapping[str, Any]
) -> dict[str, Any]:
    """Record the confirmation, or correct it; what it said before stays to be read.

    ``seen``: the version that the caller has read, 0 for none; None accepts any. What says nothing
    new is not recorded. Raises ``EntryUnknown``, ``StillInUse``, ``ConfirmedInFuture``,
    ``ConfirmedBeforeEnd`` or ``PreconditionFailed``.
    """
    register = own_register(deps, caller, slug)
    file = files.named(deps, caller, body["file_id"])

    def work(session: Session) -> None:
        row = _ended(deps, register, sub_id, session)
        check_day(body["confirmed_on"], row.valid_to, today_at(deps, register))
        earlier = deps.stores.deletions.of(register.id, (sub_id, row.valid_to), session)
        if seen not in (None, len(earlier)):
            raise PreconditionFailed
        if earlier and earlier[0].says(body):
            return
        made = _made(deps, caller, row, file, body)
        _keep(deps, register, row, replace(made, version=len(earlier) + 1), session)

    deps.mongo.transact(work)
    return read(deps, caller, slug, sub_id)


def read(deps: Deps, caller: Caller, slug: str, sub_id: str) -> dict[str, Any]:
    """The end of an entry, the day by which it is to be confirmed, and what was confirmed; of an
    entry that has not ended there are no days. Raises ``EntryUnknown``."""
    register = own_register(deps, caller, slug)
    try:
        row = _ended(deps, register, sub_id)
    except StillInUse:
        return _shown(_rows(deps, register, sub_id)[0])
    confirmations = deps.stores.deletions.of(register.id, (sub_id, row.valid_to))
    return _shown(row, row.valid_to, due_on(row.content, row.valid_to), confirmations)


def _shown(
    row: Row,
    listed_until: date | None = None,
    due: date | None = None,
    confirmations: Sequence[Confirmation] = (),
) -> dict[str, Any]:
    return {
        "sub_processor_id": row.sub_processor_id,
        "legal_name": row.content["legal_name"],
        "listed_until": listed_until,
        "due_on": due,
        "confirmations": list(confirmations),
    }


def _ended(deps: Deps, register: Register, sub_id: str, session: Session | None = None) -> Row:
    return last_use(_rows(deps, register, sub_id, session), today_at(deps, register))


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
