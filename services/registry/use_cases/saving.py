"""Write to a register inside a transaction: its rows, checked as a whole, and its ledger."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from services.registry.model.chain import check_chain
from services.registry.model.register import Register, RowChanges, Writer, check_apart
from services.registry.wiring import Deps
from shared.mongo import Session


def write_rows(
    deps: Deps,
    processor_id: str,
    writer: Writer,
    row_changes: RowChanges,
    first_day: date,
    session: Session,
) -> None:
    """Void and add rows, which alters the list from ``first_day`` on.

    Raises ``RowsOverlap``, or what ``check_chain`` raises; then the transaction writes nothing.
    """
    # This write makes concurrent writers conflict, so each of them checks the final list.
    deps.stores.registers.touch(processor_id, writer.at, session)
    deps.stores.rows.write(row_changes, writer.change_id, writer.at, session)
    after = deps.stores.rows.live(processor_id, first_day, session)
    check_apart(after)
    check_chain(after, first_day, {row.sub_processor_id for row in row_changes.add})


def append_entry(
    deps: Deps,
    register: Register,
    type_: str,
    data: dict[str, Any],
    at: datetime,
    actor: str,
    session: Session,
) -> None:
    """Append an entry without private part to the register's ledger, and note that it changed."""
    deps.ledger.append(session, register.stream, type_, data, at=at, actor=actor)
    deps.stores.registers.touch(register.id, at, session)
