"""Sessions: opened by whatever proves who somebody is, ended by the person."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from services.identity.model.clients import digest
from services.identity.model.people import Person
from services.identity.model.sessions import LIFE, Seen, SessionEnded, SessionUnknown
from services.identity.model.sessions import Session as SignedIn
from services.identity.model.trail import SESSION_ENDED, SESSION_OPENED
from services.identity.use_cases.trail import note_of_person
from services.identity.wiring import Deps
from shared.mongo import Session


def open_session(
    deps: Deps,
    person: Person,
    amr: Sequence[str],
    seen: Seen,
    session: Session,
    *,
    org_id: str | None = None,
) -> tuple[SignedIn, str]:
    """A new session of ``person``, and its token, which is answered this once and never kept.

    Always a new one: nobody can lay one ready for somebody else. ``amr``: how the person proved who
    it is (RFC 8176). Within the transaction that uses up the proof.
    """
    token, now = deps.new_secret(), deps.now()
    opened = SignedIn(
        id=deps.new_id("ses"),
        person_id=person.id,
        token_sha256=digest(token),
        amr=tuple(amr),
        created_at=now,
        last_seen=now,
        expires_at=now + LIFE,
        address=seen.address,
        user_agent=seen.user_agent,
        org_id=org_id,
    )
    deps.sessions.add(opened, session)
    of_whom = _as_seen(person, org_id)
    note_of_person(deps, SESSION_OPENED, of_whom, opened.id, {"amr": opened.amr}, session)
    return opened, token


def signed_in(deps: Deps, token: str) -> tuple[SignedIn, Person]:
    """Whose session this is the token of. Raises ``SessionEnded``."""
    found = deps.sessions.proved_by(digest(token), deps.now())
    person = deps.people.find(found.person_id) if found else None
    if found is None or person is None:
        raise SessionEnded
    return found, person


def sessions(deps: Deps, person_id: str) -> list[SignedIn]:
    return deps.sessions.of(person_id, deps.now())


def end_session(deps: Deps, person_id: str, session_id: str) -> None:
    """It ends at once, and its tokens within seconds. Raises ``SessionUnknown``."""
    found = deps.sessions.find(session_id, deps.now())
    if found is None or found.person_id != person_id:
        raise SessionUnknown
    deps.mongo.transact(lambda session: end(deps, session_id, session))


def end_by_token(deps: Deps, token: str | None) -> None:
    """End the session of this token, if there is one."""
    found = deps.sessions.proved_by(digest(token), deps.now()) if token else None
    if found is not None:
        session_id = found.id
        deps.mongo.transact(lambda session: end(deps, session_id, session))


def end_all_by_token(deps: Deps, token: str | None) -> None:
    """End every session of the person of this one, and the links that could open another."""
    found = deps.sessions.proved_by(digest(token), deps.now()) if token else None
    if found is None:
        return
    person_id = found.person_id

    def work(session: Session) -> None:
        deps.links.end_sign_in(person_id, session)
        end_all(deps, person_id, session)

    deps.mongo.transact(work)


def end_all(deps: Deps, person_id: str, session: Session) -> None:
    for each in deps.sessions.of(person_id, deps.now()):
        end(deps, each.id, session)


def end(deps: Deps, session_id: str, session: Session) -> None:
    found = deps.sessions.find(session_id, deps.now())
    person = deps.people.find(found.person_id, session) if found else None
    deps.sessions.end(session_id, session)
    end_tokens(deps, session_id, session)
    if found and person:
        of_whom = _as_seen(person, found.org_id)
        note_of_person(deps, SESSION_ENDED, of_whom, session_id, {}, session)


def _as_seen(person: Person, org_id: str | None) -> Person:
    """A session of one organisation is no matter of the person's others."""
    return person.within(org_id) if org_id else person


def end_tokens(deps: Deps, bearer: str, session: Session) -> None:
    """The tokens of this session or membership are refused everywhere within seconds (0033)."""
    now, lives = deps.now(), timedelta(seconds=deps.settings.token_seconds)
    deps.clients.end_tokens(bearer, now, now + lives, session)
