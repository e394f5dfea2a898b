"""What a caller may read of a register: the processor all of it, a customer its own part, a former
customer that part as it stood when its agreement ended."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from services.registry.clients import Relation
from services.registry.model.register import Register, Row
from services.registry.use_cases.jurisdiction import today_at
from services.registry.wiring import Deps
from shared import disclosure
from shared.auth import Caller
from shared.errors import NotFound

CUSTOMERS = disclosure.shape("entry", "public", "notice", "customers")
FORMER = disclosure.shape("entry", "public")
ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Reader:
    """``relation`` is None for a caller that may read all; ``today`` is that at the processor."""

    register: Register
    org_id: str
    relation: Relation | None
    today: date

    @property
    def reads_all(self) -> bool:
        return self.relation is None

    @property
    def last_day(self) -> date | None:
        """The last day of a former customer; None while an agreement binds."""
        return None if self.relation is None else self.relation.ended_on

    def day(self, asked: date | None) -> date:
        """The day to be read: the one asked for, else today or the last. Raises ``NotFound``."""
        last = self.last_day
        if last is None:
            return asked or self.today
        if asked is not None and asked > last:
            raise NotFound(f"Your agreement ended on {last}; later lists are not yours to read.")
        return asked or last

    def known_at(self, asked: datetime | None = None) -> datetime | None:
        """The instant whose knowledge is read; a former customer reads nothing recorded later."""
        last = self.last_day
        if last is None or self.relation is None:
            return asked
        end = self.relation.ended_at or datetime.combine(last + ONE_DAY, time(), UTC)
        return min(asked, end) if asked else end

    def knows(self, row: Row) -> bool:
        """Whether a row may be read in an entry's history."""
        last, known_at = self.last_day, self.known_at()
        if last is None or known_at is None:
            return row.voided_at is None
        believed = row.voided_at is None or row.voided_at > known_at
        return believed and row.recorded_at <= known_at and row.valid_from <= last

    def shown(self, entry: dict[str, Any]) -> dict[str, Any]:
        """Contact persons, contracts and assessments are for the parties of an agreement."""
        if self.reads_all:
            return entry
        by = CUSTOMERS if self.last_day is None else FORMER
        part: dict[str, Any] = disclosure.shown(entry, by)
        return part

    def own(self, deps: Deps, rows: Sequence[Row], day: date) -> list[Row]:
        """The rows that serve the reader's products, without entries that it is excluded from."""
        if self.relation is None:
            return list(rows)
        excluded = _excluded(deps, self.org_id, day)
        bonds = self.relation.binding
        return [
            row
            for row in rows
            if row.sub_processor_id not in excluded
            and any(bond.concerns(row.content["products"]) for bond in bonds)
        ]


def reader_of(deps: Deps, caller: Caller, slug: str) -> Reader:
    """The caller as a reader of this register. Raises ``NotFound`` for a stranger."""
    register = deps.stores.registers.by_slug(slug)
    today = today_at(deps, register)
    if caller.sees(register.id):
        return Reader(register, caller.org_id, None, today)
    relation = deps.agreements.relation(register.id, caller.org_id)
    if relation is None:
        raise NotFound("There is no such register.")
    return Reader(register, caller.org_id, relation, today)


def _excluded(deps: Deps, controller_id: str, day: date) -> set[str]:
    """Entries that this customer is excluded from on a day: since the effective day of the change
    that it objected to, unless the change was withdrawn."""
    objections = deps.stores.objections.exclusions(controller_id)
    withdrawn = deps.stores.changes.withdrawn_among(
        [objection.change_id for objection in objections]
    )
    return {
        objection.sub_processor_id
        for objection in objections
        if objection.effective_on <= day and objection.change_id not in withdrawn
    }
