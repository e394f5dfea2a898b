"""Passkeys: added by who is signed in, and signing in whoever holds one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from services.identity.model.clients import digest
from services.identity.model.passkeys import (
    CHALLENGE_LIVES,
    COPIED,
    MOST_PASSKEYS,
    Challenge,
    Passkey,
    PasskeyAttemptEnded,
    PasskeyCopied,
    PasskeyKnown,
    PasskeyRefused,
    PasskeysUnavailable,
    PasskeyUnknown,
    Purpose,
    Site,
    TooManyPasskeys,
    is_copy,
    site_of,
)
from services.identity.model.people import Person
from services.identity.model.revisions import check_revision
from services.identity.model.sessions import Seen
from services.identity.model.sessions import Session as SignedIn
from services.identity.model.trail import PASSKEY_ADDED, PASSKEY_REMOVED, Act, subject
from services.identity.model.ways_in import check_may_add_proofs
from services.identity.proofs import passkeys as proofs
from services.identity.use_cases.sessions import open_session
from services.identity.use_cases.trail import note
from services.identity.wiring import Deps
from shared.mongo import Session
from shared.pagination import Page, PageRequest

AMR = ("passkey",)


def site(deps: Deps) -> Site:
    """Raises ``PasskeysUnavailable`` where browsers make none."""
    found = site_of(deps.settings.common.origin)
    if found is None:
        raise PasskeysUnavailable
    return found


def registration_options(deps: Deps, signed_in: SignedIn, person: Person) -> dict[str, Any]:
    """What the person's browser is to make a passkey of. Raises ``SessionNotFresh``,
    ``SessionOfOneOrganisation`` or ``TooManyPasskeys``."""
    there = site(deps)
    check_may_add_proofs(signed_in, deps.now())
    known = deps.passkeys.credential_ids(person.id)
    if len(known) >= MOST_PASSKEYS:
        raise TooManyPasskeys
    challenge = _asked(deps, "register", signed_in.id, person.id)
    return proofs.registration_options(
        there, challenge, person.id, person.email, person.name, known
    )


def add_passkey(
    deps: Deps, signed_in: SignedIn, person: Person, name: str, answer: Mapping[str, Any]
) -> Passkey:
    """Raises ``PasskeyAttemptEnded``, ``PasskeyUnreadable`` or ``PasskeyKnown``."""
    there = site(deps)
    check_may_add_proofs(signed_in, deps.now())
    challenge = _answered(deps, "register", signed_in.id, answer)
    new = proofs.registered(there, challenge, answer)
    passkey = Passkey(
        id=deps.new_id("pky"),
        person_id=person.id,
        credential_id=new.credential_id,
        public_key=new.public_key,
        uses=new.uses,
        name=name,
        synced=new.synced,
        created_at=deps.now(),
    )
    if deps.passkeys.of_credential(passkey.credential_id):
        raise PasskeyKnown
    deps.passkeys.add(passkey)
    deps.mongo.transact(lambda session: _note(deps, PASSKEY_ADDED, passkey, session))
    return passkey


def passkeys(deps: Deps, person_id: str, request: PageRequest) -> Page:
    return deps.passkeys.page(person_id, request)


def passkey(deps: Deps, person_id: str, passkey_id: str) -> Passkey:
    """Raises ``PasskeyUnknown``, also for another person's."""
    found = deps.passkeys.of_person(person_id, passkey_id)
    if found is None:
        raise PasskeyUnknown
    return found


def rename_passkey(
    deps: Deps, person_id: str, passkey_id: str, seen: int | None, name: str
) -> Passkey:
    current = passkey(deps, person_id, passkey_id)
    check_revision(seen, current.revision)
    renamed = current.renamed(name)
    deps.mongo.transact(lambda session: deps.passkeys.replace(renamed, session))
    return renamed


def remove_passkey(deps: Deps, person_id: str, passkey_id: str, seen: int | None) -> None:
    """It signs nobody in from now on; sessions that it opened are ended apart."""
    current = passkey(deps, person_id, passkey_id)
    check_revision(seen, current.revision)

    def work(session: Session) -> None:
        deps.passkeys.remove(current.id, session)
        _note(deps, PASSKEY_REMOVED, current, session)

    deps.mongo.transact(work)


def _note(deps: Deps, what: str, passkey: Passkey, session: Session) -> None:
    """In the trail of each organisation of the person; ``passkey`` by the name it was given."""
    person = deps.people.find(passkey.person_id, session)
    for each in person.joined() if person else ():
        named = subject("passkey", passkey.id, passkey.name)
        actor = None if deps.acting().id else subject("person", passkey.person_id, each.name)
        note(deps, Act(what, each.org_id, named, actor=actor), session)


def sign_in_options(deps: Deps, browser: str) -> dict[str, Any]:
    """What any browser is to ask its authenticators. ``browser``: a secret that it alone holds."""
    there = site(deps)
    return proofs.sign_in_options(there, _asked(deps, "sign_in", digest(browser)))


def sign_in(
    deps: Deps, browser: str, answer: Mapping[str, Any], seen: Seen
) -> tuple[SignedIn, str, Person]:
    """A session for whoever holds the passkey, with its token.

    Raises ``PasskeyAttemptEnded``, ``PasskeyCopied``, ``PasskeyRefused`` for all else.
    """
    challenge = _answered(deps, "sign_in", digest(browser), answer)
    known, person = _owned(deps, answer)
    uses = proofs.uses_answered(site(deps), challenge, known.public_key, answer)
    if known.copied_at or is_copy(known.uses, uses):
        _block(deps, known, person)
        raise PasskeyCopied

    def work(session: Session) -> tuple[SignedIn, str]:
        deps.passkeys.replace(known.used(uses, deps.now()), session)
        return open_session(deps, person, AMR, seen, session)

    opened, token = deps.mongo.transact(work)
    return opened, token, person


def _owned(deps: Deps, answer: Mapping[str, Any]) -> tuple[Passkey, Person]:
    """The passkey that answers, and the person whose it is by both records."""
    name = answer.get("id")
    known = deps.passkeys.of_credential(name) if isinstance(name, str) else None
    person = deps.people.find(known.person_id) if known else None
    if known is None or person is None or proofs.person_in(answer) != person.id:
        raise PasskeyRefused
    return known, person


def _block(deps: Deps, known: Passkey, person: Person) -> None:
    """For good, and its owner is told once."""
    if known.copied_at:
        return

    def work(session: Session) -> None:
        deps.passkeys.replace(known.copied(deps.now()), session)
        deps.outgoing.add(
            {
                "_id": deps.new_id("mai"),
                "kind": COPIED,
                "to": person.email,
                "made_at": deps.now(),
                "by": known.name,
            },
            session,
        )

    deps.mongo.transact(work)


def _asked(deps: Deps, purpose: Purpose, bound_to: str, person_id: str | None = None) -> bytes:
    challenge = deps.new_secret().encode()
    kept = Challenge(
        id=digest(challenge.decode()),
        purpose=purpose,
        bound_to=bound_to,
        ends=deps.now() + CHALLENGE_LIVES,
        person_id=person_id,
    )
    deps.mongo.transact(lambda session: deps.challenges.add(kept, session))
    return challenge


def _answered(deps: Deps, purpose: Purpose, bound_to: str, answer: Mapping[str, Any]) -> bytes:
    """The challenge that is answered; whatever comes of it, nobody answers it again."""
    said = proofs.challenge_in(answer) or b""
    name = digest(said.decode("latin-1"))
    kept = deps.mongo.transact(lambda session: deps.challenges.take(name, session))
    if kept is None or not kept.fits(purpose, bound_to, deps.now()):
        raise PasskeyAttemptEnded
    return said
