"""The routes of roll-outs: one template to many agreements, each accepted by its own parties."""

from __future__ import annotations

from typing import Any

from services.agreements.api.context import deps, origin, page_request
from services.agreements.model.roll_outs import RollOut
from services.agreements.schemas.agreements import Rejection
from services.agreements.schemas.roll_outs import (
    LinePage,
    LineQuery,
    NewRollOut,
    ProgressShape,
    RollOutPage,
    RollOutShape,
    RollOutStart,
)
from services.agreements.use_cases import roll_outs
from services.agreements.use_cases.roll_outs import Progress
from shared.auth import caller, requires
from shared.headers import located
from shared.openapi import Blueprint
from shared.pagination import Page
from shared.schemas import PageArgs

blp = Blueprint("roll_outs", __name__, url_prefix="/v1", description="New terms for many")


@blp.route("/roll-outs", methods=["POST"])
@requires("agreements:write")
@blp.arguments(NewRollOut)
@blp.response(201, RollOutShape)
@blp.alt_response(409, "CONFLICT")
def begin(body: dict[str, Any]) -> Any:
    """Choose agreements for a new template. Each is examined first: what changes for it, or why it
    cannot get it. Nothing is offered before you start it."""
    roll_out = roll_outs.begin(deps(), caller(), body)
    return roll_out, located(f"/roll-outs/{roll_out.id}")


@blp.route("/roll-outs")
@requires("agreements:read")
@blp.arguments(PageArgs, location="query")
@blp.response(200, RollOutPage)
def page(query: dict[str, Any]) -> Page:
    """Your roll-outs, the newest first."""
    return roll_outs.page(deps(), caller(), page_request(query))


@blp.route("/roll-outs/<roll_out_id>")
@requires("agreements:read")
@blp.response(200, ProgressShape)
@blp.alt_response(404, "NOT_FOUND")
def one(roll_out_id: str) -> Progress:
    """A roll-out, and where it stands."""
    return roll_outs.progress(deps(), caller(), roll_out_id)


@blp.route("/roll-outs/<roll_out_id>/agreements")
@requires("agreements:read")
@blp.arguments(LineQuery, location="query")
@blp.response(200, LinePage)
@blp.alt_response(404, "NOT_FOUND")
def lines(query: dict[str, Any], roll_out_id: str) -> Page:
    """Its agreements, each with its customer, its state, and who has yet to accept."""
    state = query["state"]
    return roll_outs.lines(deps(), caller(), roll_out_id, state, page_request(query))


@blp.route("/roll-outs/<roll_out_id>/start", methods=["POST"])
@requires("agreements:write")
@blp.arguments(RollOutStart)
@blp.response(200, RollOutShape)
@blp.alt_response(409, "CONFLICT")
def start(body: dict[str, Any], roll_out_id: str) -> RollOut:
    """Offer the new version to each agreement that can get it, and accept it for you if you name
    who does. What binds goes on binding until both parties have accepted."""
    return roll_outs.start(deps(), caller(), origin(caller()), roll_out_id, body)


@blp.route("/roll-outs/<roll_out_id>/stop", methods=["POST"])
@requires("agreements:write")
@blp.arguments(Rejection)
@blp.response(200, RollOutShape)
@blp.alt_response(409, "CONFLICT")
def stop(body: dict[str, Any], roll_out_id: str) -> RollOut:
    """Offer no more, and take back what waits; what both have accepted stays."""
    return roll_outs.stop(deps(), caller(), roll_out_id, body["reason"])
