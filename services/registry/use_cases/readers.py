"""What a caller may read of a register: the processor all of it, a customer its own part, a former
customer that part as it stood when its agreement ended."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from services.registry.clients import Relation
from services.registry.model.register import Register, Row
from services.registry.model.scopes import side_of
from services.registry.use_cases.exclusions import standing_on
from services.registry.use_cases.jurisdiction import today_at
from services.registry.wiring import Deps
from shared import disclosure
from shared.auth import Caller
from shared.errors import NotFound
from shared.scope import Scope

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
        excluded = self._exclusions(deps, day)
        covers = [bond.cover for bond in self.relation.binding]
        scopes = (
            Scope(day, (side_of(row.sub_processor_id, row.content, excluded),)) for row in rows
        )
        return [
            row
            for row, scope in zip(rows, scopes, strict=True)
            if any(scope.concerns(cover, self.org_id) for cover in covers)
        ]

    def _exclusions(self, deps: Deps, day: date) -> dict[str, list[str]]:
        """The entries that the reader is excluded from on a day."""
        objections = deps.stores.objections.exclusions(self.org_id)
        return {
            objection.sub_processor_id: [self.org_id]
            for objection in standing_on(deps, objections, day)
        }


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
