"""The audit trail: noting acts in the transaction that does them, and reading them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from services.identity.model import trail
from services.identity.model.people import Person
from services.identity.model.sessions import seen_from
from services.identity.model.trail import Act, Members
from services.identity.wiring import Deps
from shared.auth import PERSON_PREFIX, Caller
from shared.mongo import Session
from shared.pagination import Page, PageRequest


def note(deps: Deps, act: Act, session: Session) -> None:
    """Write an act into the trails of the organisation that it is about and of who does it."""
    acting = deps.acting()
    actor = act.actor or _actor(deps)
    private = {
        "actor": actor,
        "address": seen_from(acting.address, "").address,
        "subject": act.subject,
        "changes": act.changes,
    }
    data: dict[str, Any] = {"subject": {name: act.subject[name] for name in ("type", "id")}}
    if act.count is not None:
        data["count"] = act.count
    for org_id in dict.fromkeys(filter(None, (act.about, acting.org_id))):
        deps.trail.append(
            org_id, act.type, data, private, at=deps.now(), actor=actor["id"], session=session
        )


def note_of_person(
    deps: Deps, what: str, person: Person, session_id: str, members: Members, session: Session
) -> None:
    """What a person's session is about stands in the trail of each of the organisations."""
    for each in person.joined():
        named = trail.subject("session", session_id, each.name)
        actor = None if deps.acting().id else trail.subject("person", person.id, each.name)
        changes = trail.differences({}, members)
        note(deps, Act(what, each.org_id, named, changes, actor=actor), session)


def note_failure_alone(deps: Deps, act: Act) -> None:
    """Count a failure; the first of an hour stands in the trail, then every tenfold.

    It is committed by itself, because the request that failed writes nothing.
    """
    what = f"{act.type} {act.about} {act.subject['id']}"

    def work(session: Session) -> None:
        count = deps.trail.failed(what, deps.now(), session)
        if count in trail.COUNTS_SHOWN:
            note(deps, replace(act, count=count), session)

    deps.mongo.transact(work, companions=False)


def read(
    deps: Deps,
    caller: Caller,
    kind: str | None,
    since: datetime | None,
    until: datetime | None,
    request: PageRequest,
) -> Page:
    """The caller's own trail, the newest act first. ``kind``: a type, or a noun as ``client.*``."""
    types = None if kind is None else _types(kind)
    return deps.trail.page(caller.org_id, types, since, until, request)


def _types(kind: str) -> Sequence[str]:
    noun, _, verb = kind.partition(".")
    return [kind] if verb != "*" else [each for each in trail.TYPES if each.startswith(f"{noun}.")]


def _actor(deps: Deps) -> Mapping[str, str]:
    acting = deps.acting()
    if not acting.id:
        return trail.INSTALLER
    if acting.id.startswith(PERSON_PREFIX):
        return {"type": "person", "id": acting.id, "name": acting.name}
    names = deps.clients.names(acting.org_id, [acting.id])
    return {"type": "client", "id": acting.id, "name": names.get(acting.id, "")}
