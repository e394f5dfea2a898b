"""Persons, and what they are in each organisation: members with roles.

A membership counts from the moment its person has joined, by the link of the invitation. It has an
id of its own, which is renewed with its roles: tokens name it, and end with it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from services.identity.model.roles import OWNER
from shared.errors import Conflict, Malformed, NotFound
from shared.mailboxes import address_of

# For so long nobody approves what their inviter prepared, nor the other way round.
NEW = timedelta(days=7)


class PersonUnknown(NotFound):
    """There is no such person in this organisation."""

    code = "person-unknown"


class AlreadyMember(Conflict):
    """This person is in the organisation already; change the roles instead of inviting again."""

    code = "already-member"


class LastOwner(Conflict):
    """An organisation needs an owner: make somebody else an owner first."""

    code = "last-owner"


class GrantEnded(Malformed):
    """The session has ended; sign in again."""

    code = "invalid-grant"


class OrganisationOpen(Malformed):
    """The person is in several organisations, or not in this one; name one with organisation."""

    code = "invalid-target"


@dataclass(frozen=True)
class Membership:
    """One person in one organisation. ``name``, ``title``, ``locale``: as the organisation entered
    them, so that it learns nothing of what others have; the title is what the person does there.
    ``invited_by``: a person, a client or the installer.
    """

    id: str
    org_id: str
    roles: tuple[str, ...]
    name: str
    locale: str
    invited_at: datetime
    invited_by: str
    joined_at: datetime | None = None
    title: str | None = None

    def is_new(self, now: datetime) -> bool:
        """Whether whoever invited this member may still be who reads the mailbox (0064)."""
        return self.joined_at is not None and now - self.joined_at < NEW


@dataclass(frozen=True)
class Person:
    """``email``: in the form of ``address_of``, one person each. ``verified_at``: when a link that
    went there was first used."""

    id: str
    email: str
    name: str
    locale: str
    created_at: datetime
    memberships: tuple[Membership, ...] = ()
    verified_at: datetime | None = None
    revision: int = 1

    def membership(self, org_id: str) -> Membership | None:
        return next((each for each in self.memberships if each.org_id == org_id), None)

    def joined(self) -> tuple[Membership, ...]:
        """The memberships that count."""
        return tuple(each for each in self.memberships if each.joined_at)

    def owns(self, org_id: str) -> bool:
        there = self.membership(org_id)
        return there is not None and there.joined_at is not None and OWNER in there.roles

    def with_membership(self, membership: Membership) -> Person:
        """With this one in place of any other in the same organisation."""
        others = self._but(membership.org_id)
        return replace(self, memberships=(*others, membership), revision=self.revision + 1)

    def within(self, org_id: str) -> Person:
        """As this one organisation sees the person."""
        kept = tuple(each for each in self.memberships if each.org_id == org_id)
        return replace(self, memberships=kept)

    def without(self, org_id: str) -> Person:
        return replace(self, memberships=self._but(org_id), revision=self.revision + 1)

    def arrived(self, at: datetime, org_id: str | None = None) -> Person:
        """Who has used a link that went to the address; with ``org_id`` that of an invitation."""
        memberships = tuple(
            replace(each, joined_at=at) if each.org_id == org_id and not each.joined_at else each
            for each in self.memberships
        )
        verified = self.verified_at or at
        return replace(
            self, memberships=memberships, verified_at=verified, revision=self.revision + 1
        )

    def _but(self, org_id: str) -> tuple[Membership, ...]:
        return tuple(each for each in self.memberships if each.org_id != org_id)


def membership_for(person: Person, org_id: str | None) -> Membership:
    """The one that a token is for: the one that is named, else the only one.

    Raises ``OrganisationOpen``, which names those there are.
    """
    joined = {each.org_id: each for each in person.joined()}
    if org_id is None and len(joined) == 1:
        return next(iter(joined.values()))
    if org_id is None or org_id not in joined:
        raise OrganisationOpen(context={"organisations": list(joined)})
    return joined[org_id]


def mailbox_of(email: str) -> str:
    """Equal for addresses that lead to one mailbox by the custom of a tag: ada+2@ is ada@."""
    local, at, domain = address_of(email).rpartition("@")
    return f"{local.partition('+')[0] or local}{at}{domain}"


def one_with(person: Person, others: Iterable[Person]) -> list[str]:
    """The ids of those among ``others`` who read the mailbox of this person."""
    mailbox = mailbox_of(person.email)
    return [it.id for it in others if it.id != person.id and mailbox_of(it.email) == mailbox]


def in_order(roles: Iterable[str]) -> tuple[str, ...]:
    """Each role once."""
    return tuple(sorted(set(roles)))
