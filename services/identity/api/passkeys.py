"""Passkeys: a person's own, and signing in by one, for clients that keep the session's token."""

from __future__ import annotations

from typing import Any

from services.identity.api.context import deps, seen
from services.identity.api.people import READ, person_id
from services.identity.api.signing_in import opened
from services.identity.model.people import Person
from services.identity.model.sessions import Session, SessionEnded
from services.identity.schemas.passkeys import (
    NewPasskey,
    PasskeyName,
    PasskeyOptions,
    PasskeyPage,
    PasskeyShape,
    SignInAnswer,
    SignInOptions,
)
from services.identity.schemas.people import SessionOpened
from services.identity.use_cases import passkeys as cases
from shared.auth import caller, gives_tokens, public, requires
from shared.headers import etag_of, located, seen_revision
from shared.idempotency import in_steps
from shared.openapi import Blueprint
from shared.pagination import PageRequest
from shared.schemas import PageArgs

blp = Blueprint("passkeys", __name__, url_prefix="/v1", description="Passkeys")


@blp.route("/passkeys/options", methods=["POST"])
@requires(READ)
@blp.response(200, PasskeyOptions)
@blp.alt_response(409, "CONFLICT")
def options() -> Any:
    """What an authenticator is to make a passkey of; within 15 minutes after signing in by link or
    passkey. The challenge counts once, for five minutes, in this session."""
    return {"options": cases.registration_options(deps(), *_signed_in())}


@blp.route("/passkeys", methods=["POST"])
@requires(READ)
@in_steps
@blp.arguments(NewPasskey)
@blp.response(201, PasskeyShape)
@blp.alt_response(409, "CONFLICT")
def add(body: dict[str, Any]) -> Any:
    """Add the passkey that an authenticator has made."""
    added = cases.add_passkey(deps(), *_signed_in(), body["name"], body["answer"])
    return added, {**located(f"/passkeys/{added.id}"), "ETag": etag_of(added.revision)}


@blp.route("/passkeys")
@requires(READ)
@blp.arguments(PageArgs, location="query")
@blp.response(200, PasskeyPage)
def passkeys(query: dict[str, Any]) -> Any:
    page = PageRequest(query["limit"], query["cursor"])
    return cases.passkeys(deps(), person_id(caller()), page)


@blp.route("/passkeys/<passkey_id>")
@requires(READ)
@blp.response(200, PasskeyShape)
@blp.alt_response(404, "NOT_FOUND")
def passkey(passkey_id: str) -> Any:
    found = cases.passkey(deps(), person_id(caller()), passkey_id)
    return found, {"ETag": etag_of(found.revision)}


@blp.route("/passkeys/<passkey_id>", methods=["PATCH"])
@requires(READ)
@blp.arguments(PasskeyName)
@blp.response(200, PasskeyShape)
@blp.alt_response(404, "NOT_FOUND")
@blp.alt_response(412, "PRECONDITION_FAILED")
def rename(body: dict[str, Any], passkey_id: str) -> Any:
    who, seen_one = person_id(caller()), seen_revision()
    renamed = cases.rename_passkey(deps(), who, passkey_id, seen_one, body["name"])
    return renamed, {"ETag": etag_of(renamed.revision)}


@blp.route("/passkeys/<passkey_id>", methods=["DELETE"])
@requires(READ)
@blp.response(204)
@blp.alt_response(404, "NOT_FOUND")
@blp.alt_response(412, "PRECONDITION_FAILED")
def remove(passkey_id: str) -> None:
    """It signs nobody in any more; end the sessions that it opened apart."""
    cases.remove_passkey(deps(), person_id(caller()), passkey_id, seen_revision())


@blp.route("/passkeys/sign-in/options", methods=["POST"])
@public()
@gives_tokens
@blp.response(200, SignInOptions)
@blp.alt_response(409, "CONFLICT")
def sign_in_options() -> Any:
    """What an authenticator is to sign; the passkey itself says who it is of."""
    attempt = deps().new_secret()
    return {"options": cases.sign_in_options(deps(), attempt), "attempt": attempt}


@blp.route("/passkeys/sign-in", methods=["POST"])
@public()
@gives_tokens
@in_steps
@blp.arguments(SignInAnswer)
@blp.response(200, SessionOpened)
@blp.alt_response(401, "UNAUTHORIZED")
@blp.alt_response(409, "CONFLICT")
def sign_in(body: dict[str, Any]) -> Any:
    """A session for whoever holds the passkey; each attempt counts once."""
    return opened(*cases.sign_in(deps(), body["attempt"], body["answer"], seen()))


def _signed_in() -> tuple[Session, Person]:
    who = caller()
    session = deps().sessions.find(who.session_id or "", deps().now())
    person = deps().people.find(person_id(who))
    if session is None or person is None:
        raise SessionEnded
    return session, person
