"""Write to a register inside a transaction: its rows, checked as a whole, and its ledger."""

from __future__ import annotations

from collections.abc import Sequence
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
    write_rows_together(deps, processor_id, [(writer, row_changes)], first_day, session)


def write_rows_together(
    deps: Deps,
    processor_id: str,
    writes: Sequence[tuple[Writer, RowChanges]],
    first_day: date,
    session: Session,
) -> None:
    """The rows of several changes, of which the list is checked only when all are written: one of
    them may put an entry below one that another adds. Raises what ``write_rows`` does."""
    # This write makes concurrent writers conflict, so each of them checks the final list.
    deps.stores.registers.touch(processor_id, writes[0][0].at, session)
    for writer, row_changes in writes:
        deps.stores.rows.write(row_changes, writer.change_id, writer.at, session)
    after = deps.stores.rows.chain(processor_id, first_day, session)
    check_apart(after)
    added = {row.sub_processor_id for _, row_changes in writes for row in row_changes.add}
    check_chain(after, first_day, added)


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
