"""The days of entries on the list: since, until, and the next change that is announced."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from services.registry.model.listing import Listed, Span, listed
from services.registry.model.register import Row
from services.registry.store.registers import RowDays
from services.registry.transfers.stages import is_planned
from services.registry.wiring import Deps


def listed_days(
    deps: Deps,
    processor_id: str,
    day: date,
    rows: Sequence[Row | RowDays],
    known_at: datetime | None = None,
) -> Mapping[str, Listed]:
    """The days of each entry of the list of ``day``, by its id; ``rows`` are those of the list.

    A plan and its use are two stays, however they follow each other.
    ``known_at``: as it was known at that instant; None: now.
    """
    others: dict[tuple[str, bool], list[Span]] = {}
    for row in deps.stores.rows.days_beside(processor_id, day, known_at):
        others.setdefault(_stay(row), []).append(Span(row.valid_from, row.valid_to))
    coming = deps.stores.changes.next_after(processor_id, day, known_at)
    return {
        row.sub_processor_id: listed(
            Span(row.valid_from, row.valid_to),
            others.get(_stay(row), ()),
            coming,
            row.sub_processor_id,
        )
        for row in rows
    }


def _stay(row: Row | RowDays) -> tuple[str, bool]:
    planned = row.planned if isinstance(row, RowDays) else is_planned(row.content)
    return row.sub_processor_id, planned
