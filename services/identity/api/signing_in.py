"""Signing in by link, for clients that keep the session's token themselves.

No answer here sets a cookie, so no foreign page can sign anybody in; the pages for people do, and
guard their forms (``pages.py``).
"""

from __future__ import annotations

from typing import Any

from flask import request

from services.identity.api.context import deps, seen
from services.identity.model.links import LIVES, SIGN_IN
from services.identity.model.people import Person
from services.identity.model.sessions import Session
from services.identity.schemas.people import LinkComing, SessionOpened, SignInAsked
from services.identity.use_cases import signing_in as cases
from shared.auth import gives_tokens, public
from shared.openapi import Blueprint

blp = Blueprint("signing_in", __name__, url_prefix="/v1", description="Signing in")


@blp.route("/sign-in", methods=["POST"])
@public()
@gives_tokens
@blp.arguments(SignInAsked)
@blp.response(202, LinkComing)
@blp.alt_response(429, "TOO_MANY_REQUESTS")
def ask_for_link(body: dict[str, Any]) -> Any:
    """Ask for a mail with a link to sign in. The answer is the same whether or not there is such
    a person."""
    cases.ask_for_link(deps(), body["email"], request.remote_addr or "")
    return {"link_minutes": int(LIVES[SIGN_IN].total_seconds() // 60)}


@blp.route("/sign-in/<token>", methods=["POST"])
@public()
@gives_tokens
@blp.response(200, SessionOpened)
@blp.alt_response(404, "NOT_FOUND")
@blp.alt_response(409, "CONFLICT")
@blp.alt_response(410, "GONE")
def sign_in(token: str) -> Any:
    """Use the link up: a session, whose token is exchanged for access tokens."""
    return opened(*cases.sign_in(deps(), token, seen()))


@blp.route("/invitations/<token>", methods=["POST"])
@public()
@gives_tokens
@blp.response(200, SessionOpened)
@blp.alt_response(404, "NOT_FOUND")
@blp.alt_response(409, "CONFLICT")
@blp.alt_response(410, "GONE")
def join(token: str) -> Any:
    """Accept the invitation that this link belongs to, and be signed in."""
    return opened(*cases.join(deps(), token, seen()))


def opened(session: Session, token: str, person: Person) -> dict[str, Any]:
    places = [{"org_id": each.org_id, "roles": each.roles} for each in person.joined()]
    return {
        "session_token": token,
        "session": session,
        "person": person,
        "organisations": places,
    }
