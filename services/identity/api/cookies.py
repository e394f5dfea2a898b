"""The cookies of the pages: the session, what proves that a form is ours, and a seed."""

from __future__ import annotations

import hmac
import secrets

from flask import Response, request

from services.identity.model.providers import ATTEMPT_LIVES
from services.identity.model.returning import return_path
from services.identity.model.sessions import LIFE
from shared.auth import SESSION_COOKIE
from shared.errors import Forbidden

# With this prefix a browser takes them over TLS only (or from itself), for this host alone.
SESSION, FORM = SESSION_COOKIE, "__Host-art28-form"
# The seed of sign-ins at providers that this browser has begun.
ATTEMPT = "__Host-art28-attempt"
# Where whoever signs in next wants to go on: the mail with the link may take a while.
RETURN, RETURN_SECONDS = "__Host-art28-return", 3600
FORM_FIELD = "form"
OURS = (None, "same-origin", "none")


class FormForeign(Forbidden):
    """This form did not come from a page of ours; open the page again."""

    code = "form-foreign"


def session_token() -> str | None:
    """What the browser shows of a session; not yet checked."""
    return request.cookies.get(SESSION)


def keep_session(response: Response, token: str) -> Response:
    """Let the browser keep the session; a cookie of JavaScript's reach or another site's it is
    not."""
    _set(response, SESSION, token, int(LIFE.total_seconds()))
    return response


def drop_session(response: Response) -> Response:
    response.delete_cookie(SESSION, path="/", secure=True, httponly=True, samesite="Lax")
    return response


def form_proof() -> str:
    """The value of this browser; a new one where it has none."""
    return request.cookies.get(FORM) or secrets.token_urlsafe(32)


def keep_form_proof(response: Response, proof: str) -> None:
    _set(response, FORM, proof, None)


def attempt_seed() -> str:
    """The secret that sign-ins at a provider are bound to; a new one where there is none."""
    return request.cookies.get(ATTEMPT) or secrets.token_urlsafe(32)


def keep_attempt(response: Response, seed: str) -> Response:
    _set(response, ATTEMPT, seed, int(ATTEMPT_LIVES.total_seconds()))
    return response


def keep_return(response: Response, wanted: str) -> Response:
    """Let the browser remember where to go on, if that is a page of ours that asks to sign in."""
    if path := return_path(wanted):
        _set(response, RETURN, path, RETURN_SECONDS)
    return response


def wanted_return() -> str | None:
    """Where to go on; checked again, for a cookie is what the browser says."""
    return return_path(request.cookies.get(RETURN, ""))


def drop_return(response: Response) -> Response:
    response.delete_cookie(RETURN, path="/", secure=True, httponly=True, samesite="Lax")
    return response


def check_form() -> None:
    """Raise ``FormForeign`` unless the form came from a page of ours in this very browser: another
    site can neither read nor set the cookie, so it cannot sign anybody in as somebody else."""
    kept, sent = request.cookies.get(FORM, ""), request.form.get(FORM_FIELD, "")
    same = bool(kept) and hmac.compare_digest(kept.encode(), sent.encode())
    if not same or request.headers.get("Sec-Fetch-Site") not in OURS:
        raise FormForeign


def _set(response: Response, name: str, value: str, seconds: int | None) -> None:
    response.set_cookie(
        name, value, max_age=seconds, path="/", secure=True, httponly=True, samesite="Lax"
    )
