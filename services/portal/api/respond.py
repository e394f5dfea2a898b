"""The page that the link in the mail of a notice opens: it shows, and only a button acts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Response, request
from marshmallow import Schema

from services.portal import schemas as shapes
from services.portal.api.context import deps
from services.portal.api.page_forms import (
    FORM,
    Filled,
    again,
    asked_language,
    filled_in,
    page_route,
)
from services.portal.model.respond import (
    ACCEPT_OFFER,
    ACKNOWLEDGE,
    APPROVE,
    DECLINE_OFFER,
    OBJECT,
    WITHDRAW,
)
from services.portal.pages import html
from services.portal.use_cases import answering
from services.portal.use_cases.answering import Notice
from shared.auth import public
from shared.bodies import accepts
from shared.errors import Conflict
from shared.openapi import Blueprint

TEMPLATE = "respond.html"
FORMS: Mapping[str, type[Schema]] = {
    ACKNOWLEDGE: shapes.PersonForm,
    OBJECT: shapes.ObjectionForm,
    APPROVE: shapes.ApprovalForm,
    ACCEPT_OFFER: shapes.OfferForm,
    DECLINE_OFFER: shapes.DeclineForm,
    WITHDRAW: shapes.OfferForm,
}

blp = Blueprint("answers", __name__, description="Answers by the link in a mail")


@blp.route("/respond/<token>")
@public()
@page_route(blp)
def show(token: str) -> Response:
    """What the link in a mail is about, for people; opening it records nothing."""
    return _page(answering.read(deps(), token, asked_language()), 200)


@blp.route("/respond/<token>", methods=["POST"])
@public()
@accepts(FORM)
@page_route(blp)
def answer(token: str) -> Response:
    """The person acknowledges, objects, approves, or answers an offer, by a button of the page."""
    seen = answering.read(deps(), token, asked_language())
    filled = filled_in(FORMS, request.form)
    if filled.errors:
        return _page(seen, 422, filled)
    try:
        answering.act(deps(), token, seen, filled.act, filled.members)
    except Conflict:
        return _page(answering.read(deps(), token, asked_language()), 409, filled, refused=True)
    return again()


def _page(seen: Notice, status: int, filled: Filled | None = None, **more: Any) -> Response:
    return html(
        TEMPLATE,
        status,
        seen.link["language"],
        it=seen,
        filled=filled or Filled(),
        grounds=shapes.GROUNDS,
        **{"refused": False, **more},
    )
