"""A person is told by mail when their roles change, or their membership ends: whoever did not do it
themselves learns of it at once, and of what an intruder did in their name, too."""

from __future__ import annotations

from services.identity.model.people import Membership, Person
from services.identity.store.stored import StoredOutgoing
from services.identity.wiring import Deps
from shared.mongo import Session

ROLES_CHANGED, MEMBERSHIP_ENDED = "roles_changed", "membership_ended"


def tell_roles(
    deps: Deps, person: Person, old: Membership, new: Membership, by: str, session: Session
) -> None:
    """Of other roles; who has not joined yet reads the roles in the invitation."""
    if old.joined_at and old.roles != new.roles:
        roles = {"roles": [*new.roles], "before": [*old.roles]}
        deps.outgoing.add(_row(deps, ROLES_CHANGED, person, new, roles, by), session)


def tell_end(deps: Deps, person: Person, old: Membership, by: str, session: Session) -> None:
    """Of the end; an invitation that is taken back was never used."""
    if old.joined_at:
        deps.outgoing.add(_row(deps, MEMBERSHIP_ENDED, person, old, {}, by), session)


def _row(
    deps: Deps, kind: str, person: Person, there: Membership, data: dict[str, list[str]], by: str
) -> StoredOutgoing:
    """With the name and language in it, for the person may be forgotten before the mail leaves."""
    return {
        "_id": deps.new_id("mai"),
        "kind": kind,
        "to": person.email,
        "made_at": deps.now(),
        "org_id": there.org_id,
        "by": by,
        "data": {**data, "name": there.name, "locale": person.locale},
    }
