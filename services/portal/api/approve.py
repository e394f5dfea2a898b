"""The page where a person of a vendor approves a change that another has prepared.

It signs in first: the link in the mail says which change, and opens it to nobody.
"""

from __future__ import annotations

import functools
import hmac
from collections.abc import Callable
from hashlib import sha256
from typing import Any
from urllib.parse import urlencode

from flask import Response, current_app, request

from services.portal.api.context import deps
from services.portal.api.page_forms import FORM, again, asked_language
from services.portal.pages import LANGUAGES, html, language_of
from services.portal.use_cases import approving
from services.portal.use_cases.approving import Reader, Together, Wanted
from shared.auth import SESSION_COOKIE, public
from shared.bodies import accepts
from shared.errors import Conflict, DomainError, Forbidden, NotFound, PreconditionFailed
from shared.openapi import Blueprint

TEMPLATE, BARRED = "approve.html", "approve_barred.html"
OURS = (None, "same-origin", "none")
# What the page says where the reader cannot be shown the change, by the code of the refusal.
SIGN_IN, OTHER, WAY = "sign_in", "other", "way"
BARRIERS = {
    "not-signed-in": SIGN_IN,
    "invalid-grant": SIGN_IN,
    "too-many-attempts": SIGN_IN,
    "invalid-target": OTHER,
    "session-of-one-organisation": WAY,
    "oidc-only-way-in": WAY,
    "form-foreign": "foreign",
    "scope-missing": OTHER,
}
# Why the last approval cannot announce.
TOLD = ("notice-period-too-short", "notice-incomplete", "change-pending", "effective-day-passed")

blp = Blueprint("approvals", __name__, description="Approvals by a second person")

Page = Callable[..., Response]


class NotSignedIn(Forbidden):
    """Nobody is signed in in this browser; sign in first."""

    code = "not-signed-in"


class FormForeign(Forbidden):
    """This form did not come from our page, opened by whoever is signed in; open it again."""

    code = "form-foreign"


def _page_route(view: Page) -> Page:
    """Every refusal is a page; one of a change that there is not says nothing of it."""

    @functools.wraps(view)
    def shown(**ids: str) -> Response:
        try:
            return view(Wanted(**ids))
        except NotFound:
            return _barred("gone", NotFound.status)
        except DomainError as error:
            return _barred(BARRIERS.get(error.code, "away"), error.status)

    described: Page = blp.response(200, content_type="text/html")(shown)
    return described


@blp.route("/approve/<org_id>/<slug>/<change_id>")
@public()
@_page_route
def show(wanted: Wanted) -> Response:
    """The change, for whoever is signed in and belongs to its organisation."""
    reader = _reader(wanted)
    return _page(reader, approving.read(deps(), reader, wanted, _language()), 200)


@blp.route("/approve/<org_id>/<slug>/<change_id>", methods=["POST"])
@public()
@accepts(FORM)
@_page_route
def approve(wanted: Wanted) -> Response:
    """Approve it as whoever is signed in."""
    reader = _reader(wanted)
    _check_form()
    waiting = approving.read(deps(), reader, wanted, _language())
    try:
        approving.approve(deps(), reader, wanted, waiting, request.form.get("seen", ""))
    except DomainError as error:
        return _refused(reader, wanted, error)
    return again()


def _refused(reader: Reader, wanted: Wanted, error: DomainError) -> Response:
    """The page as it is now, and why nothing was approved; other errors go on."""
    why = error.code if error.code in TOLD else "changed"
    if not isinstance(error, (Conflict, PreconditionFailed)) and error.code not in TOLD:
        raise error
    return _page(reader, approving.read(deps(), reader, wanted, _language()), error.status, why)


def _reader(wanted: Wanted) -> Reader:
    token = request.cookies.get(SESSION_COOKIE)
    if not token:
        raise NotSignedIn
    claims_of = current_app.extensions["art28.verifier"].claims
    return approving.reader_of(deps(), token, wanted.org_id, claims_of)


def _proof() -> str:
    """What our page puts into its form: only who holds the session's token can make it, and it is
    good for this change alone."""
    token = request.cookies.get(SESSION_COOKIE, "")
    return hmac.new(token.encode(), request.path.encode(), sha256).hexdigest()


def _check_form() -> None:
    sent = request.form.get("form", "")
    same = hmac.compare_digest(_proof().encode(), sent.encode())
    if not same or request.headers.get("Sec-Fetch-Site") not in OURS:
        raise FormForeign


def _page(reader: Reader, it: Together, status: int, refused: str = "") -> Response:
    values = {"it": it, "reader": reader, "refused": refused, "form": _proof()}
    return _answer(TEMPLATE, status, **values)


def _barred(kind: str, status: int) -> Response:
    way = {"next": request.path, "lang": _language()}
    return _answer(BARRED, status, kind=kind, sign_in=f"/sign-in?{urlencode(way)}")


def _answer(template: str, status: int, **values: Any) -> Response:
    response = html(template, status, _language(), **values)
    response.headers["Vary"] = "Accept-Language, Cookie"
    response.headers["Cache-Control"] = "no-store"
    return response


def _language() -> str:
    return language_of(asked_language(), request.accept_languages.best_match(list(LANGUAGES)))
