"""The one way rows of a register are written: voided, added, and checked as a whole."""

from __future__ import annotations

from datetime import date

from services.registry.model.chain import check_chain
from services.registry.model.register import Rewrite, Writer, check_apart
from services.registry.wiring import Deps
from shared.mongo import Session


def rewrite(
    deps: Deps, processor_id: str, writer: Writer, step: Rewrite, first_day: date, session: Session
) -> None:
    """Take ``step``, which alters the list from ``first_day`` on.

    Raises ``RowsOverlap``, or what ``check_chain`` raises; then the transaction writes nothing.
    """
    # Two writers of one register meet here first, so each checks the list that will really be.
    deps.stores.registers.touch(processor_id, writer.at, session)
    deps.stores.rows.write(step, writer.change_id, writer.at, session)
    after = deps.stores.rows.live(processor_id, first_day, session)
    check_apart(after)
    check_chain(after, first_day, {row.sub_processor_id for row in step.add})
