"""The link in a mail: a page with a button for people, JSON for machines.

Opening the page changes nothing, because mail scanners open every link they see.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from flask import Response, request
from marshmallow import fields

from services.notices.api.context import deps
from services.notices.channels.email.compose import rendered
from services.notices.letters import letter_of
from services.notices.letters.words import Words, language_of, words
from services.notices.model.acknowledgement_links import LinkInvalid
from services.notices.use_cases import acknowledgements
from services.notices.use_cases.acknowledgements import Acknowledgement
from shared.auth import public
from shared.bodies import accepts
from shared.counting import counted_by
from shared.openapi import Blueprint
from shared.schemas import Instant, Shape

blp = Blueprint("acknowledgements", __name__, url_prefix="/v1", description="Acknowledgements")

JSON, HTML = "application/json", "text/html"
FORM = "application/x-www-form-urlencoded"
TEMPLATE = "acknowledge.html"


class NoticeTold(Shape):
    id = fields.String()
    given_on = fields.String()
    objection_deadline = fields.String(allow_none=True)
    effective_on = fields.String(allow_none=True)
    silence = fields.String(allow_none=True)


class WhoShape(Shape):
    """``channel``: email. ``name`` and ``email``: the contact the mail went to."""

    channel = fields.String()
    name = fields.String()
    email = fields.String()


class AcknowledgementShape(Shape):
    """``change_ids``: all changes of the notice, ``change_id`` the first of them."""

    change_id = fields.String()
    change_ids = fields.List(fields.String())
    agreement_id = fields.String()
    notice = fields.Nested(NoticeTold)
    contact = fields.Nested(WhoShape)
    acknowledged_at = Instant(allow_none=True)
    acknowledged_by = fields.Nested(WhoShape, allow_none=True)


@blp.route("/acknowledge/<token>")
@public()
@blp.response(200, AcknowledgementShape)
@blp.alt_response(404, "NOT_FOUND")
def show(token: str) -> object:
    """What the link in a mail is about; nothing is acknowledged by looking at it."""
    return _answer(lambda: acknowledgements.shown(deps(), token))


@blp.route("/acknowledge/<token>", methods=["POST"])
@public()
@accepts(FORM, JSON)
@blp.response(200, AcknowledgementShape)
@blp.alt_response(404, "NOT_FOUND")
def acknowledge(token: str) -> object:
    """The contact acknowledges the notice; again is no error and changes nothing."""
    return _answer(lambda: acknowledgements.acknowledge(deps(), token))


def _answer(ask: Callable[[], Acknowledgement]) -> object:
    if request.accept_mimetypes.best_match([JSON, HTML], default=JSON) != HTML:
        return ask()
    try:
        return _page(ask())
    except LinkInvalid:
        t = words(language_of(request.accept_languages.best_match(["en", "da", "sv", "nb"])))
        return _html(rendered(TEMPLATE, t=t, it=None), LinkInvalid.status)


def _page(it: Acknowledgement) -> Response:
    t = words(language_of(it.language))
    letter = letter_of(it.type, it.language, it.body)
    notice = it.notice
    counting = counted_by(t.language, notice.get("holidays"), notice.get("time_zones") or ())
    shown = {"letter": letter, "when": _when(t, it), "counting": counting}
    return _html(rendered(TEMPLATE, t=t, it=it, **shown), 200)


def _when(t: Words, it: Acknowledgement) -> str:
    if it.acknowledged_at is None:
        return ""
    by = it.acknowledged_by or {}
    who = by.get("name") or by.get("email") or it.customer.get("legal_name", "")
    at = it.acknowledged_at
    return t("page.done_text", who=who, day=t.day(at.date().isoformat()), time=f"{at:%H:%M}")


def _html(page: str, status: int) -> Response:
    policy = (
        f"default-src 'none'; style-src '{_style_hash(page)}'; form-action 'self'; "
        "base-uri 'none'; frame-ancestors 'none'"
    )
    headers = {"Content-Security-Policy": policy, "X-Robots-Tag": "noindex", "Vary": "Accept"}
    return Response(page, status, headers, content_type="text/html; charset=utf-8")


def _style_hash(page: str) -> str:
    """The page's one style element, by what is in it: nothing else may style or run."""
    found = re.search(r"<style>(.*?)</style>", page, re.DOTALL)
    return _hash_of(found[1] if found else "")


@lru_cache(maxsize=4)
def _hash_of(style: str) -> str:
    digest: Any = hashlib.sha256(style.encode()).digest()
    return f"sha256-{base64.b64encode(digest).decode()}"
