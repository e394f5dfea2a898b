"""Companies to fill a draft in from: the catalogue, and what the caller has entered itself."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from zoneinfo import ZoneInfo

from services.registry.model.companies import Company, called, note, of_entry, shipped
from services.registry.model.register import Register
from services.registry.use_cases.jurisdiction import today_at
from services.registry.wiring import Deps
from shared.auth import Caller
from shared.errors import NotFound
from shared.pagination import PageRequest, read_cursor, write_cursor

LIST = "companies"


def known(deps: Deps, caller: Caller, text: str | None, request: PageRequest) -> dict[str, Any]:
    """One page of the companies with a name that holds ``text``.

    Own entries are those of the register that the caller keeps itself: those of another register
    would tell whom its vendor employs, even to the platform.
    """
    found = called((*shipped(), *_of_own_entries(deps, caller)), text)
    after = read_cursor(LIST, request.cursor) if request.cursor else ""
    rest = [each for each in found if each.position > after]
    items = rest[: request.limit]
    more = len(rest) > request.limit
    return {
        "items": [_shown(each) for each in items],
        "next_cursor": write_cursor(LIST, items[-1].position) if more else None,
        "note": note()["en"],
        "note_by_language": note(),
    }


def _of_own_entries(deps: Deps, caller: Caller) -> Iterator[Company]:
    """Each entry that is, or will be, on the list, as its last version reads."""
    try:
        register = deps.stores.registers.get(caller.org_id)
    except NotFound:
        return
    rows = deps.stores.rows.live(register.id, today_at(deps, register))
    for sub_id, row in {row.sub_processor_id: row for row in rows}.items():
        noted_on = row.recorded_at.astimezone(ZoneInfo(register.time_zone)).date()
        yield of_entry(row, _path(register, sub_id), noted_on)


def _path(register: Register, sub_id: str) -> str:
    return f"/registry/v1/processors/{register.slug}/sub-processors/{sub_id}"


def _shown(company: Company) -> dict[str, Any]:
    return {
        "name": company.name,
        **company.members,
        "sources": {name: vars(source) for name, source in company.sources.items()},
        "from": company.origin,
    }
