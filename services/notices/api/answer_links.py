"""Links in mails: what they are about, asked by the service that serves their pages.

A token travels in bodies, never in an address that another service could log. Reading a link
changes nothing, because mail scanners open every link they see.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from flask import Response

from services.notices.api.context import deps
from services.notices.schemas.answer_links import (
    Acknowledgement,
    AnswerLinkShape,
    LinkRequest,
    LinkToken,
    OfferLinkShape,
)
from services.notices.use_cases import answer_links
from shared.auth import public, requires
from shared.headers import see_other
from shared.openapi import Blueprint

LINKS = "notices:links"

blp = Blueprint("answer links", __name__, url_prefix="/v1", description="Answers by link")


@blp.route("/answer-links", methods=["POST"])
@requires(LINKS)
@blp.arguments(LinkRequest)
@blp.response(200, AnswerLinkShape)
@blp.alt_response(404, "NOT_FOUND")
def show(body: dict[str, Any]) -> object:
    """For services: what the link in a mail is about; nothing is acknowledged by looking at it."""
    return answer_links.shown(deps(), body["token"], body["language"])


@blp.route("/answer-links/acknowledgement", methods=["POST"])
@requires(LINKS)
@blp.arguments(Acknowledgement)
@blp.response(204)
@blp.alt_response(404, "NOT_FOUND")
@blp.alt_response(409, "CONFLICT")
def acknowledge(body: dict[str, Any]) -> None:
    """For services: the person acknowledges the notice; again is no error and changes nothing."""
    answer_links.acknowledge(deps(), **body)


@blp.route("/sign-links", methods=["POST"])
@requires(LINKS)
@blp.arguments(LinkToken)
@blp.response(200, OfferLinkShape)
@blp.alt_response(404, "NOT_FOUND")
def offered(body: dict[str, Any]) -> object:
    """For services: which offered version of which agreement the link in a mail is about."""
    return answer_links.offered(deps(), body["token"])


@blp.route("/acknowledge/<token>", methods=["GET", "POST"])
@public()
@blp.response(303)
def moved(token: str) -> Response:
    """Links in mails of before 2026-11-30 lead on to the page that took this one's place."""
    page = f"{deps().settings.common.origin}/respond/{quote(token, safe='')}"
    return see_other(page)
