"""Where the public page has subscribers asked, confirmed and forgotten.

Tokens travel in bodies, never in an address that another service could log.
"""

from __future__ import annotations

from typing import Any

from services.notices.api.context import deps
from services.notices.schemas.subscribers import (
    Question,
    QuestionBox,
    QuestionTaken,
    SubscriptionAsked,
    SubscriptionState,
    SubscriptionTaken,
    SubscriptionToken,
)
from services.notices.use_cases import questions, subscribers
from shared.auth import requires
from shared.idempotency import in_steps
from shared.openapi import Blueprint

VISITORS = "notices:visitors"

blp = Blueprint("subscribers", __name__, url_prefix="/v1", description="Subscribers of a page")


@blp.route("/subscribers", methods=["POST"])
@requires(VISITORS)
@in_steps
@blp.arguments(SubscriptionAsked)
@blp.response(202, SubscriptionTaken)
@blp.alt_response(429, "TOO_MANY_REQUESTS")
def ask(body: dict[str, Any]) -> object:
    """For the public page: mail a link by which the owner of an address confirms the wish."""
    subscribers.ask(deps(), body)
    return {"state": "asked"}


@blp.route("/subscribers/confirm", methods=["POST"])
@requires(VISITORS)
@in_steps
@blp.arguments(SubscriptionToken)
@blp.response(200, SubscriptionState)
def confirm(body: dict[str, Any]) -> object:
    """For the public page: the owner of the address confirms."""
    return {"state": subscribers.confirm(deps(), body["token"])}


@blp.route("/subscribers/end", methods=["POST"])
@requires(VISITORS)
@in_steps
@blp.arguments(SubscriptionToken)
@blp.response(200, SubscriptionState)
def end(body: dict[str, Any]) -> object:
    """For the public page: the subscriber is forgotten; again is no error."""
    return {"state": subscribers.end(deps(), body["token"])}


@blp.route("/question-boxes/<org_id>")
@requires(VISITORS)
@blp.response(200, QuestionBox)
@blp.alt_response(404, "NOT_FOUND")
def box(org_id: str) -> object:
    """For the public page: whether this vendor reads what its visitors ask."""
    return {"is_open": questions.is_open(deps(), org_id)}


@blp.route("/questions", methods=["POST"])
@requires(VISITORS)
@in_steps
@blp.arguments(Question)
@blp.response(202, QuestionTaken)
@blp.alt_response(409, "CONFLICT")
@blp.alt_response(429, "TOO_MANY_REQUESTS")
def question(body: dict[str, Any]) -> object:
    """For the public page: mail this to the vendor, and a copy to the visitor; nothing is kept."""
    questions.ask(deps(), body)
    return {"state": "sent"}
