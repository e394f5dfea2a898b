"""Persons of an organisation, as its owner keeps them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from services.identity.model.organisations import Organisation
from services.identity.model.people import Membership, Person, in_order
from services.identity.model.roles import OWNER, check_roles
from services.identity.model.trail import (
    PERSON_CHANGED,
    PERSON_REMOVED,
    Act,
    differences,
    subject,
)
from services.identity.use_cases import sessions
from services.identity.use_cases.inviting import Invited, Inviter, invite
from services.identity.use_cases.told_members import tell_end, tell_roles
from services.identity.use_cases.trail import note
from services.identity.wiring import Deps
from shared.auth import Caller, ScopeMissing
from shared.errors import NotFound
from shared.mailboxes import address_of
from shared.mongo import Session
from shared.pagination import Page, PageRequest

WRITE, PLATFORM = "people:write", "platform:admin"


@dataclass(frozen=True)
class Member:
    """A person as one organisation may see it: nothing of the others."""

    id: str
    org_id: str
    email: str
    name: str
    locale: str
    roles: tuple[str, ...]
    invited_at: datetime
    invited_by: str
    joined_at: datetime | None
    title: str | None = None


def add_person(deps: Deps, caller: Caller, body: Mapping[str, Any]) -> Member:
    """Invite a person. Raises ``AlreadyMember``, ``RoleUnknown``, ``TooManyMails``."""
    deps.throttle.asked_for_mail(address_of(body["email"]), caller.client_id, deps.now())
    organisation = _organisation(deps, caller, body.get("organisation"))
    whom = Invited(body["email"], body["name"], body["roles"], body["locale"], body["title"])
    by = Inviter(caller.client_id, _name_of(deps, caller))
    person = deps.mongo.transact(lambda session: invite(deps, organisation, whom, by, session))
    return _member(person, organisation.id)


def people(deps: Deps, caller: Caller, org_id: str | None, request: PageRequest) -> Page:
    organisation = _organisation(deps, caller, org_id)
    page = deps.people.page(organisation.id, request)
    return Page([_member(each, organisation.id) for each in page.items], page.next_cursor)


def person(deps: Deps, caller: Caller, org_id: str | None, person_id: str) -> Member:
    organisation = _organisation(deps, caller, org_id)
    return _member(deps.people.member(organisation.id, person_id), organisation.id)


def change_person(
    deps: Deps, caller: Caller, org_id: str | None, person_id: str, body: Mapping[str, Any]
) -> Member:
    """Other roles, or another name. Tokens with the old roles end within seconds.

    Raises ``LastOwner``, ``RoleUnknown``.
    """
    organisation = _organisation(deps, caller, org_id)
    check_roles(organisation.kind, body.get("roles", ()))

    def work(session: Session) -> Member:
        before = deps.people.member(organisation.id, person_id, session)
        old = _membership(before, organisation.id)
        new = _changed(deps, old, body)
        if before.owns(organisation.id) and OWNER not in new.roles:
            deps.people.keep_an_owner(organisation.id, person_id, session)
        after = before.with_membership(new)
        deps.people.replace(after, session)
        if new.id != old.id:
            sessions.end_tokens(deps, old.id, session)
        _note(deps, PERSON_CHANGED, before, old, new, session)
        tell_roles(deps, before, old, new, _name_of(deps, caller), session)
        return _member(after, organisation.id)

    return deps.mongo.transact(work)


def remove_person(deps: Deps, caller: Caller, org_id: str | None, person_id: str) -> None:
    """Take a person out of the organisation; anybody may leave. Whoever is in no other one is
    forgotten. Raises ``LastOwner``."""
    if WRITE not in caller.scopes and PLATFORM not in caller.scopes:
        _check_self(caller, person_id)
    organisation = _organisation(deps, caller, org_id)

    def work(session: Session) -> None:
        before = deps.people.member(organisation.id, person_id, session)
        if before.owns(organisation.id):
            deps.people.keep_an_owner(organisation.id, person_id, session)
        old = _membership(before, organisation.id)
        sessions.end_tokens(deps, old.id, session)
        deps.links.end(person_id, organisation.id, session)
        _note(deps, PERSON_REMOVED, before, old, None, session)
        tell_end(deps, before, old, _name_of(deps, caller), session)
        after = before.without(organisation.id)
        if after.memberships:
            deps.people.replace(after, session)
        else:
            _forget(deps, person_id, session)

    deps.mongo.transact(work)


def _forget(deps: Deps, person_id: str, session: Session) -> None:
    sessions.end_all(deps, person_id, session)
    deps.links.end(person_id, None, session)
    deps.passkeys.forget(person_id, session)
    deps.accounts.forget(person_id, deps.now(), session)
    deps.people.remove(person_id, session)


def _note(
    deps: Deps,
    what: str,
    person: Person,
    old: Membership,
    new: Membership | None,
    session: Session,
) -> None:
    named = subject("person", person.id, old.name)
    before, after = (_audited(it) if it else {} for it in (old, new))
    note(deps, Act(what, old.org_id, named, differences(before, after)), session)


def _audited(it: Membership) -> dict[str, Any]:
    title = {"title": it.title} if it.title else {}
    return {"name": it.name, **title, "roles": it.roles}


def _changed(deps: Deps, old: Membership, body: Mapping[str, Any]) -> Membership:
    roles = in_order(body.get("roles", old.roles))
    membership_id = old.id if roles == old.roles else deps.new_id("mbr")
    named = {name: body.get(name, getattr(old, name)) for name in ("name", "title")}
    return replace(old, id=membership_id, roles=roles, **named)


def _check_self(caller: Caller, person_id: str) -> None:
    if caller.person_id != person_id:
        raise ScopeMissing(f"This needs the scope {WRITE}.", context={"scope": WRITE})


def _organisation(deps: Deps, caller: Caller, org_id: str | None) -> Organisation:
    """The caller's own; the platform may name another."""
    wanted = org_id or caller.org_id
    if wanted != caller.org_id and not caller.is_platform:
        raise NotFound("There is no such organisation.")
    return deps.organisations.get(wanted)


def _name_of(deps: Deps, caller: Caller) -> str:
    """As the mail says who invites: the person, else the organisation of the client."""
    return caller.person.name if caller.person else deps.organisations.get(caller.org_id).legal_name


def _membership(person: Person, org_id: str) -> Membership:
    """Of somebody who was found by it."""
    return next(each for each in person.memberships if each.org_id == org_id)


def _member(person: Person, org_id: str) -> Member:
    there = _membership(person, org_id)
    return Member(
        id=person.id,
        org_id=org_id,
        email=person.email,
        name=there.name,
        locale=there.locale,
        roles=there.roles,
        invited_at=there.invited_at,
        invited_by=there.invited_by,
        joined_at=there.joined_at,
        title=there.title,
    )
