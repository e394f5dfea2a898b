"""Signing in by a link in a mail, and joining an organisation by one."""

from __future__ import annotations

from dataclasses import dataclass

from services.identity.model.clients import digest
from services.identity.model.links import (
    INVITATION,
    SIGN_IN,
    Link,
    LinkUnknown,
)
from services.identity.model.organisations import Organisation
from services.identity.model.people import AlreadyMember, Person
from services.identity.model.sessions import Seen
from services.identity.model.sessions import Session as SignedIn
from services.identity.model.trail import (
    PERSON_JOINED,
    SIGN_IN_FAILED,
    STRANGER,
    Act,
    subject,
)
from services.identity.store.stored import StoredOutgoing
from services.identity.use_cases import links, sessions
from services.identity.use_cases.trail import note, note_failure_alone
from services.identity.wiring import Deps
from shared.mailboxes import address_of
from shared.mongo import Session

AMR = ("email",)


@dataclass(frozen=True)
class Shown:
    """What a link is for. ``organisation``: of an invitation."""

    link: Link
    person: Person
    organisation: Organisation | None = None


def ask_for_link(deps: Deps, email: str, address: str, language: str | None = None) -> None:
    """Ask for a mail with a link, if there is such a person. ``address``: of who asks;
    ``language``: chosen for the page on which they ask, None: the person's own.

    Whether there is one is looked up when the mail is written, so that answer and time are the same
    for everybody. Raises ``TooManyAttempts``.
    """
    to = address_of(email)
    deps.throttle.asked_for_mail(to, address, deps.now())
    row: StoredOutgoing = {
        "_id": deps.new_id("mai"), "kind": SIGN_IN, "to": to, "made_at": deps.now(),
        "data": {"language": language},
    }  # fmt: skip
    deps.mongo.transact(lambda session: deps.outgoing.add(row, session))


def shown(deps: Deps, purpose: str, token: str) -> Shown:
    """What this link would do; nothing is done by looking. Raises as ``links.usable`` does."""
    return _shown(deps, links.usable(deps, purpose, token))


def sign_in(deps: Deps, token: str, seen: Seen) -> tuple[SignedIn, str, Person]:
    """A session for whoever holds the link, with its token. Of two at once, one gets it."""

    def work(session: Session) -> tuple[SignedIn, str, Person]:
        link = links.use_up(deps, SIGN_IN, token, session)
        # Older ones may lie in a mailbox that others read.
        deps.links.end_sign_in(link.person_id, session)
        return _arrived(deps, _person(deps, link, session), seen, session)

    _note_failure(deps, token)
    return deps.mongo.transact(work)


def join(deps: Deps, token: str, seen: Seen) -> tuple[SignedIn, str, Person]:
    """The same by an invitation: its person is a member from now on.

    Any organisation can have one mailed, and it lives for days. So the session of somebody who is
    in others, too, is for this one alone.
    """

    def work(session: Session) -> tuple[SignedIn, str, Person]:
        link = links.use_up(deps, INVITATION, token, session)
        person = _person(deps, link, session)
        _check_open(person, link.org_id or "")
        return _arrived(deps, person, seen, session, link.org_id)

    return deps.mongo.transact(work)


def _arrived(
    deps: Deps, person: Person, seen: Seen, session: Session, org_id: str | None = None
) -> tuple[SignedIn, str, Person]:
    arrived = person.arrived(deps.now(), org_id)
    if (arrived.memberships, arrived.verified_at) != (person.memberships, person.verified_at):
        deps.people.replace(arrived, session)
    if org_id and (there := arrived.membership(org_id)):
        named = subject("person", arrived.id, there.name)
        note(deps, Act(PERSON_JOINED, org_id, named, actor=named), session)
    only = org_id if person.joined() else None
    opened, token = sessions.open_session(deps, arrived, AMR, seen, session, org_id=only)
    return opened, token, arrived


def _check_open(person: Person, org_id: str) -> None:
    """Raises ``LinkUnknown`` for an invitation that was taken back, ``AlreadyMember`` for one that
    was accepted by another link."""
    membership = person.membership(org_id)
    if membership is None:
        raise LinkUnknown
    if membership.joined_at:
        raise AlreadyMember


def _person(deps: Deps, link: Link, session: Session | None = None) -> Person:
    person = deps.people.find(link.person_id, session)
    if person is None:
        raise LinkUnknown
    return person


def _note_failure(deps: Deps, token: str) -> None:
    """That a link works no more stands in the trails of its person's organisations."""
    link = deps.links.find(digest(token))
    works = link is None or (link.used_at is None and deps.now() < link.expires_at)
    person = None if link is None or works else deps.people.find(link.person_id)
    for each in person.joined() if person else ():
        named = subject("person", person.id if person else "", each.name)
        note_failure_alone(deps, Act(SIGN_IN_FAILED, each.org_id, named, actor=STRANGER))


def _shown(deps: Deps, link: Link) -> Shown:
    person = _person(deps, link)
    if link.org_id is None:
        return Shown(link, person)
    _check_open(person, link.org_id)
    return Shown(link, person, deps.organisations.get(link.org_id))
