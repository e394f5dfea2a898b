"""Asking for a second person: mails to those who may approve what others have prepared (0062)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from services.identity.model.people import Person
from services.identity.store.stored import StoredOutgoing
from services.identity.use_cases.hands import approves, hands, let_in_by
from services.identity.wiring import Deps
from shared.auth import Caller
from shared.ids import derived_id
from shared.mongo import Session

APPROVAL = "approval_asked"


def ask(deps: Deps, caller: Caller, asked: Mapping[str, Any]) -> int:
    """Have each person mailed who may approve the changes and neither prepared nor approved any;
    how many they are. The same ones, as they read, are mailed to nobody twice."""
    org_id, prepared_by = asked["org_id"], asked["prepared_by"]
    known = hands(deps, caller, org_id, prepared_by)
    if not known["has_persons"]:
        return 0  # Keys approve for each other (0056).
    own = {each for ids in known["known_to"].values() for each in ids}
    involved = {*prepared_by, *asked["approved_by"], *own}
    kinds, members = deps.organisations.get(org_id).kind, deps.people.members(org_id)
    barred = involved | _too_near({*prepared_by, *own}, let_in_by(deps, org_id, members))
    whom = [
        person for person in members if person.id not in barred and approves(kinds, org_id, person)
    ]
    data = _data(asked, [known["names"].get(each) for each in prepared_by])
    rows = [_row(deps, asked, person, data) for person in whom]
    deps.mongo.transact(lambda session: _add(deps, rows, session))
    return len(rows)


def _too_near(preparing: set[str], let_in: Mapping[str, list[str]]) -> set[str]:
    """Those whom a preparer let in lately, or who let a preparer in (0064)."""
    by_preparers = {each for each, by in let_in.items() if preparing & {*by}}
    return by_preparers | {each for one in preparing for each in let_in.get(one, ())}


def _add(deps: Deps, rows: list[StoredOutgoing], session: Session) -> None:
    for row in rows:
        deps.outgoing.add_once(row, session)


def _row(
    deps: Deps, asked: Mapping[str, Any], person: Person, data: dict[str, Any]
) -> StoredOutgoing:
    changes = ",".join(asked["change_ids"])
    # In whatever order they are named, it is one mail.
    named = ",".join(sorted(asked["change_ids"]))
    about = (asked["org_id"], named, str(asked["revision"]), person.id)
    return {
        "_id": derived_id("mai", *about),
        "kind": APPROVAL,
        "to": person.email,
        "made_at": deps.now(),
        "org_id": asked["org_id"],
        "path": f"/approve/{asked['org_id']}/{asked['slug']}/{changes}",
        "data": data,
    }


def _data(asked: Mapping[str, Any], preparers: list[str | None]) -> dict[str, Any]:
    """What the mail says: who prepared it, what, and from which day."""
    named = [each for each in preparers if each]
    told = {name: asked[name] for name in ("changes", "effective_on", "emergency")}
    return {**told, "by": ", ".join(dict.fromkeys(named))}
