"""The page that the link in the mail of an agreement opens: read it and answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import requests
from flask import Response, request
from marshmallow import Schema

from services.portal import schemas as shapes
from services.portal.api.context import deps
from services.portal.api.forwarding import passed_on
from services.portal.api.page_forms import (
    FORM,
    Filled,
    again,
    asked_language,
    filled_in,
    page_route,
)
from services.portal.model.sign import (
    ACCEPT,
    CONFIRM,
    CONFIRM_PAPER,
    DECLINE,
    PROPOSE,
    REFUSE,
    REFUSE_PAPER,
    UPLOAD,
)
from services.portal.pages import html, language_of
from services.portal.use_cases import signing
from services.portal.use_cases.signing import Offer
from shared.auth import public
from shared.bodies import accepts, largest_body
from shared.errors import Conflict, DomainError, Invalid, TooManyRequests
from shared.openapi import Blueprint

OFFERED, RECORDED = "sign.html", "confirm.html"
KINDS = {"html": "text/html", "pdf": "application/pdf"}
FORMS: Mapping[str, type[Schema]] = {
    ACCEPT: shapes.SigningForm,
    REFUSE: shapes.RefusalForm,
    CONFIRM: shapes.ConfirmationForm,
    DECLINE: shapes.RefusalForm,
    CONFIRM_PAPER: shapes.PaperConfirmationForm,
    REFUSE_PAPER: shapes.RefusalForm,
    PROPOSE: shapes.ProposalForm,
}
WITH_FILES: Mapping[str, type[Schema]] = {UPLOAD: shapes.PaperForm}
# What the page itself has words for; any other refusal is a page of its own.
REFUSED = (Conflict, Invalid, TooManyRequests)
LARGEST_UPLOAD = 17 * 1024 * 1024

blp = Blueprint("signing", __name__, description="Agreements by the link in a mail")


@blp.route("/sign/<token>")
@public()
@page_route(blp)
def show(token: str) -> Response:
    """The agreement that the link in a mail is about; opening it binds nobody."""
    return _page(signing.read(deps(), token), 200)


@blp.route("/sign/<token>", methods=["POST"])
@public()
@accepts(FORM)
@page_route(blp)
def answer(token: str) -> Response:
    """The person accepts or confirms the document that it has read, or says no, by a button."""
    seen = signing.read(deps(), token)
    filled = filled_in(FORMS, request.form)
    if filled.errors:
        return _page(seen, 422, filled)
    try:
        signing.act(deps(), seen, filled.act, filled.members, request.remote_addr or "")
    except REFUSED as refusal:
        return _refused(token, filled, refusal)
    return again()


@blp.route("/sign/<token>/document.<kind>")
@public()
@page_route(blp)
def document(token: str, kind: str) -> Response:
    """The very document that is accepted or confirmed, as HTML or PDF."""
    return _file(signing.document(deps(), token, KINDS.get(kind, KINDS["html"])))


@blp.route("/sign/<token>/changes.<kind>")
@public()
@page_route(blp)
def changes(token: str, kind: str) -> Response:
    """What the version changes of the one that binds, marked in the text, as HTML or PDF."""
    return _file(signing.document(deps(), token, KINDS.get(kind, KINDS["html"]), "changes"))


def _file(answer: requests.Response) -> Response:
    response = passed_on(answer)
    policy = answer.headers.get("Content-Security-Policy")
    if policy:
        response.headers["Content-Security-Policy"] = policy
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    return response


@blp.route("/sign/<token>/paper", methods=["POST"])
@public()
@accepts("multipart/form-data")
@largest_body(LARGEST_UPLOAD)
@page_route(blp)
def upload(token: str) -> Response:
    """The person uploads what was signed on paper; the vendor has to confirm it."""
    seen = signing.read(deps(), token)
    filled = filled_in(WITH_FILES, request.form)
    sent = request.files.get("file")
    pdf = sent.read() if sent else b""
    if filled.errors or not pdf:
        return _page(seen, 422, replace(filled, errors=filled.errors | _without(pdf)))
    try:
        signing.upload(deps(), seen, filled.members, pdf, request.remote_addr or "")
    except REFUSED as refusal:
        return _refused(token, filled, refusal)
    return again(f"{request.script_root}/sign/{token}")


def _without(pdf: bytes) -> frozenset[str]:
    return frozenset() if pdf else frozenset({"file"})


@blp.route("/sign/<token>/paper.pdf")
@public()
@page_route(blp)
def paper(token: str) -> Response:
    """The PDF of what was signed on paper, as one side says."""
    response = passed_on(signing.paper(deps(), token))
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    return response


def _refused(token: str, filled: Filled, refusal: DomainError) -> Response:
    """What is so now, with the words for the refusal and the form as it was filled in."""
    return _page(signing.read(deps(), token), refusal.status, filled, refused=refusal.code)


def _page(seen: Offer, status: int, filled: Filled | None = None, **more: Any) -> Response:
    mailed = (seen.link["language"] or "").lower().partition("-")[0]
    language = language_of(asked_language(), mailed)
    base = f"{request.script_root}{request.path}".removesuffix("/paper")
    shown = {"it": seen, "filled": filled or Filled(), "base": base, "refused": "", **more}
    return html(RECORDED if seen.is_recorded else OFFERED, status, language, **shown)
