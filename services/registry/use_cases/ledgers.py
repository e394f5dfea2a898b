"""Read a register's ledger: anybody where it is published, else its parties, each its own part."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from services.registry.clients import Relation
from services.registry.model.changes import Change
from services.registry.model.ledger_lines import Mention, hidden, mentions
from services.registry.use_cases.permissions import open_register
from services.registry.use_cases.readers import Reader, reader_of
from services.registry.use_cases.standings import concerned_by
from services.registry.wiring import Deps
from shared import disclosure
from shared.auth import Caller
from shared.scope import in_common
from shared.times import format_instant

Line = dict[str, Any]


def ledger_page(
    deps: Deps, caller: Caller | None, slug: str, after: int, limit: int
) -> tuple[list[Line], int | None]:
    """The register's ledger as the caller may read it; private parts are there as hashes only.

    Of a register that is not published, a customer reads the lines of its own products, and a
    former one those of its time; the others are there by their hashes, so that the chain holds.
    """
    register = open_register(deps, caller, slug)
    entries = deps.ledger.entries(register.stream, after, limit + 1)
    lines = [disclosure.open_part(vars(entry)) for entry in entries[:limit]]
    cursor = lines[-1]["sequence"] if len(entries) > limit else None
    if register.page.published or caller is None:
        return lines, cursor
    return _own(deps, reader_of(deps, caller, slug), lines), cursor


def _own(deps: Deps, reader: Reader, lines: Sequence[Line]) -> list[Line]:
    relation = reader.relation
    if relation is None:
        return list(lines)
    named = {line["sequence"]: list(mentions(line["data"] or {})) for line in lines}
    ids = {each.change_id for found in named.values() for each in found if each.change_id}
    changes = {change.id: change for change in deps.stores.changes.among(sorted(ids))}
    part = _Part(deps, relation, changes)
    until = reader.known_at()
    last = format_instant(until) if until else None
    return [
        line
        if (last is None or line["at"] <= last) and all(map(part.has, named[line["sequence"]]))
        else hidden(line)
        for line in lines
    ]


@dataclass(frozen=True)
class _Part:
    """What of a register one customer may read, by the products of its agreements."""

    deps: Deps
    relation: Relation
    changes: dict[str, Change]
    _served: dict[str, bool] = field(default_factory=dict)

    def has(self, mention: Mention) -> bool:
        change = self.changes.get(mention.change_id or "")
        if change:
            return bool(concerned_by(change, self.relation.bonds))
        if mention.products:
            return any(map(self._serves, mention.products))
        if mention.sub_processor_id not in self._served:
            rows = self.deps.stores.rows.of(mention.sub_processor_id)
            found = any(self._serves(row.content.get("products") or ()) for row in rows)
            self._served[mention.sub_processor_id] = found
        return self._served[mention.sub_processor_id]

    def _serves(self, products: Sequence[str]) -> bool:
        return any(in_common(products, bond.cover.products) for bond in self.relation.bonds)
