"""Take over the list that a processor has when it starts with Art28: once, as it stands (0009)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from services.registry import events, ledger_entries
from services.registry.model.chain import resolved
from services.registry.model.register import (
    Register,
    RegisterExists,
    Row,
    Writer,
    addition,
    combined,
)
from services.registry.transfers.statements import dated
from services.registry.use_cases.jurisdiction import today_at
from services.registry.use_cases.permissions import register_of
from services.registry.use_cases.saving import write_rows
from services.registry.use_cases.stating import stated
from services.registry.wiring import Deps
from shared.auth import Caller
from shared.errors import Invalid
from shared.mongo import Session


@dataclass(frozen=True)
class Taken:
    """One entry of a list that is taken over, and the day since which it is on the list.

    ``content["parent_id"]`` names its parent by position: ``#/sub_processors/0``.
    """

    content: dict[str, Any]
    since: date


def adopt(
    deps: Deps, caller: Caller, slug: str, valid_from: date, contents: Sequence[Mapping[str, Any]]
) -> Register:
    """Record the list a processor has when it starts with Art28, as it stands.

    An entry may name its own day, ``valid_from``; else that of the list counts. What is incomplete
    is recorded as it is, since these sub-processors are at work already. Raises ``Invalid`` for a
    day to come, and what ``take_over`` raises.
    """
    register = register_of(deps, caller, slug)
    days = [_own_day(content) for content in contents]
    check_past(days, today_at(deps, register))
    taken = [
        Taken(_stated(deps, register, content, n), days[n] or valid_from)
        for n, content in enumerate(contents)
    ]

    def work(session: Session) -> None:
        deps.stores.registers.save(register, session)
        take_over(deps, register, taken, valid_from, caller.client_id, session)

    deps.mongo.transact(work)
    return register


def check_past(days: Sequence[date | None], today: date) -> None:
    """Raises ``Invalid`` for each day after ``today``: who is not at work yet is announced."""
    detail = f"It lies after {today}; announce who begins later as a change."
    errors = [
        {"pointer": f"/sub_processors/{n}/valid_from", "code": "day-to-come", "detail": detail}
        for n, day in enumerate(days)
        if day and day > today
    ]
    if errors:
        raise Invalid(detail, errors=errors)


def take_over(
    deps: Deps,
    register: Register,
    taken: Sequence[Taken],
    list_day: date,
    actor: str,
    session: Session,
) -> list[Row]:
    """Write the first list of a register, and what the ledger says of it; return its rows.

    It is possible once, while the register is empty; from then on there are only changes. Raises
    ``RegisterExists``, or what ``check_chain`` raises.
    """
    if deps.stores.rows.any_of(register.id, session):
        raise RegisterExists
    writer = Writer("baseline", deps.now(), deps.new_id)
    ids = [deps.new_id("sub") for _ in taken]
    today = today_at(deps, register)
    contents = resolved([dated(each.content, None, today) for each in taken], ids)
    added = combined(
        *(
            addition(writer, register.id, sub_id, content, each.since)
            for sub_id, content, each in zip(ids, contents, taken, strict=True)
        )
    )
    first_day = min([list_day, *(each.since for each in taken)])
    write_rows(deps, register.id, writer, added, first_day, session)
    _append(deps, register, added.add, list_day, writer, actor, session)
    return list(added.add)


def _own_day(content: Mapping[str, Any]) -> date | None:
    stated = content["valid_from"]
    return date.fromisoformat(stated) if stated else None


def _stated(deps: Deps, register: Register, content: Mapping[str, Any], n: int) -> dict[str, Any]:
    members = {name: value for name, value in content.items() if name != "valid_from"}
    found: dict[str, Any] = stated(deps, register.id, members, f"/sub_processors/{n}")
    return found


def _append(
    deps: Deps,
    register: Register,
    rows: Sequence[Row],
    list_day: date,
    writer: Writer,
    actor: str,
    session: Session,
) -> None:
    entries = [
        {"id": row.sub_processor_id, **row.content, "valid_from": row.valid_from.isoformat()}
        for row in rows
    ]
    deps.ledger.append(
        session,
        register.stream,
        events.ADOPTED,
        ledger_entries.adopted(register, list_day, entries),
        at=writer.at,
        actor=actor,
        private={"contents": [row.content for row in rows]},
    )
