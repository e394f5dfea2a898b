"""Inviting a person into an organisation; onboarding does it for many, in its own transaction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from services.identity.model.links import INVITATION
from services.identity.model.organisations import Organisation
from services.identity.model.people import (
    AlreadyMember,
    Membership,
    Person,
    in_order,
)
from services.identity.model.roles import check_roles
from services.identity.model.trail import PERSON_INVITED, Act, differences, subject
from services.identity.use_cases.trail import note
from services.identity.wiring import Deps
from shared.mailboxes import address_of
from shared.mongo import Session


@dataclass(frozen=True)
class Inviter:
    """Who invites: ``id`` of a person or client; ``name`` as the mail says it."""

    id: str
    name: str


@dataclass(frozen=True)
class Invited:
    email: str
    name: str
    roles: Sequence[str]
    locale: str
    title: str | None = None


def invite(
    deps: Deps, organisation: Organisation, whom: Invited, by: Inviter, session: Session
) -> Person:
    """The person, invited; the mail with the link leaves after the commit. Raises as ``invited``
    does."""
    person = invited(deps, organisation, whom, by, session)
    _mail(deps, person, organisation, by, session)
    return person


def invited(
    deps: Deps, organisation: Organisation, whom: Invited, by: Inviter, session: Session
) -> Person:
    """The person, invited without a mail.

    Who has not yet joined is invited anew, with these roles. Raises ``AlreadyMember`` for whoever
    has, ``RoleUnknown``.
    """
    check_roles(organisation.kind, whom.roles)
    email = address_of(whom.email)
    known = deps.people.at(email, session)
    before = known.membership(organisation.id) if known else None
    if before and before.joined_at:
        raise AlreadyMember
    membership = _membership(deps, organisation.id, whom, by)
    person = known or _person(deps, email, whom)
    person = person.with_membership(membership)
    if known:
        deps.people.replace(person, session)
        deps.links.end(person.id, organisation.id, session)
    else:
        deps.people.add(person, session)
    _note(deps, person, membership, session)
    return person


def is_mailbox_of(deps: Deps, organisation: Organisation, email: str) -> bool:
    """Whether the organisation has stated it, or it is of somebody who is in or invited there."""
    person = deps.people.at(address_of(email))
    stated = {address_of(each.email) for each in organisation.contacts}
    if organisation.notice_address:
        stated.add(address_of(organisation.notice_address.email))
    is_in = person is not None and person.membership(organisation.id) is not None
    return is_in or address_of(email) in stated


def _note(deps: Deps, person: Person, membership: Membership, session: Session) -> None:
    named = subject("person", person.id, membership.name)
    members = {"email": person.email, "name": membership.name, "roles": membership.roles}
    act = Act(PERSON_INVITED, membership.org_id, named, differences({}, members))
    note(deps, act, session)


def _person(deps: Deps, email: str, invited: Invited) -> Person:
    return Person(
        id=deps.new_id("per"),
        email=email,
        name=invited.name,
        locale=invited.locale,
        created_at=deps.now(),
        revision=0,  # Its first membership makes it the first.
    )


def _membership(deps: Deps, org_id: str, invited: Invited, by: Inviter) -> Membership:
    return Membership(
        id=deps.new_id("mbr"),
        org_id=org_id,
        roles=in_order(invited.roles),
        name=invited.name,
        title=invited.title,
        locale=invited.locale,
        invited_at=deps.now(),
        invited_by=by.id,
    )


def _mail(
    deps: Deps, person: Person, organisation: Organisation, by: Inviter, session: Session
) -> None:
    deps.outgoing.add(
        {
            "_id": deps.new_id("mai"),
            "kind": INVITATION,
            "to": person.email,
            "made_at": deps.now(),
            "org_id": organisation.id,
            "by": by.name,
        },
        session,
    )
