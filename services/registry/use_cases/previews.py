"""Before a change is announced: who will be told, and the very words they will get."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from services.registry import events, ledger_entries
from services.registry.clients import Covering
from services.registry.model.changes import Audience, Change, Group
from services.registry.model.register import Register
from services.registry.use_cases.change_views import shown, with_previous
from services.registry.use_cases.notice_terms import audience_of
from services.registry.use_cases.permissions import hands_of, own_change
from services.registry.wiring import Deps
from shared.auth import Caller
from shared.errors import Conflict
from shared.pagination import Page, PageRequest
from shared.times import format_instant

# Where few agreements are concerned, a page may end before it is full.
PAGES_READ = 20
ONE_PAGE = 200


class NobodyConcerned(Conflict):
    """The change concerns no such customer, so there is no message; see the preview."""

    code = "nobody-concerned"


def customers(deps: Deps, caller: Caller, slug: str, change_id: str, request: PageRequest) -> Page:
    """The customers that would be told if the change were announced now, each with its days."""
    _, change, audience = _rehearsed(deps, caller, slug, change_id)
    found: list[dict[str, Any]] = []
    cursor = request.cursor
    for _page in range(PAGES_READ):
        room = request.limit - len(found)
        covering, cursor = deps.agreements.covers(change.processor_id, None, room, cursor)
        found += [_customer(change, *each) for each in _concerned(audience, covering)]
        if cursor is None or len(found) >= request.limit:
            break
    return Page(found, cursor)


def message(
    deps: Deps, caller: Caller, slug: str, change_id: str, asked: Mapping[str, Any]
) -> Mapping[str, Any]:
    """What a customer would get if the change were announced now, as `notices` writes it.

    ``asked``: ``{language, channel, controller_id}``; without a customer, the first one that is
    concerned. Raises ``NobodyConcerned``.
    """
    register, change, audience = _rehearsed(deps, caller, slug, change_id)
    covering = _first(deps, change, audience, asked["controller_id"])
    entry = _entry(deps, register, change, audience)
    words = {name: asked[name] for name in ("language", "channel")}
    about = {"agreement_id": covering.agreement_id, "controller": covering.controller}
    return {**words, **about, **deps.notices.preview(entry, covering, **words)}


def _rehearsed(
    deps: Deps, caller: Caller, slug: str, change_id: str
) -> tuple[Register, Change, Audience]:
    register, stored = own_change(deps, caller, slug, change_id)
    approver = hands_of(deps, register.id, [caller.client_id]).approver(caller.client_id)
    approved = replace(stored, approved_by=stored.approved_by or (approver,))
    change = with_previous(deps, register, approved)
    words = shown(deps, register, change).materiality
    return (
        register,
        change,
        audience_of(deps, register, deps.now(), [change], [(change.kind, words)]),
    )


def _concerned(audience: Audience, covering: list[Covering]) -> Iterator[tuple[Covering, Group]]:
    groups = {group.key: group for group in audience.concerned}
    for each in covering:
        group = groups.get(each.key)
        if group and audience.scope.concerns(each.cover, each.controller["id"]):
            yield each, group


def _customer(change: Change, covering: Covering, group: Group) -> dict[str, Any]:
    return {
        **vars(covering),
        **vars(group),
        "effective_on": max(change.effective_on, group.earliest_effective_on),
    }


def _first(deps: Deps, change: Change, audience: Audience, controller_id: str | None) -> Covering:
    cursor: str | None = None
    for _page in range(PAGES_READ):
        covering, cursor = deps.agreements.covers(
            change.processor_id, controller_id, ONE_PAGE, cursor
        )
        for found, _ in _concerned(audience, covering):
            return found
        if cursor is None:
            break
    raise NobodyConcerned


def _entry(deps: Deps, register: Register, change: Change, audience: Audience) -> dict[str, Any]:
    """The change as it would stand in the ledger."""
    public = ledger_entries.announced(register, [shown(deps, register, change)])
    return {
        "stream": register.stream,
        "sequence": deps.ledger.head(register.stream)[0] + 1,
        "type": events.EMERGENCY if change.emergency else events.ANNOUNCED,
        "at": format_instant(deps.now()),
        "data": public,
        "private": ledger_entries.announced_private(register, [change], audience),
    }
