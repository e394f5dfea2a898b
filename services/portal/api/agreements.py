"""The customer's agreements, and taking a published template by itself."""

from __future__ import annotations

from typing import Any

from flask import Response

from services.portal import schemas as shapes
from services.portal.api.context import READ, WRITE, clients, me_at
from services.portal.clients import forward
from shared.auth import requires
from shared.openapi import Blueprint

blp = Blueprint("agreements", __name__, url_prefix="/v1", description="The customer's agreements")


@blp.route("/agreements")
@requires(READ)
@blp.response(200, shapes.ItemsPage)
def agreements() -> Response:
    return forward(clients().agreements, **me_at("/v1/agreements"))


@blp.route("/agreements", methods=["POST"])
@requires(WRITE)
@blp.arguments(shapes.SelfServe)
@blp.response(201)
@blp.alt_response(409, "CONFLICT")
@blp.alt_response(422, "UNPROCESSABLE_ENTITY")
def take_template(_: Any) -> Response:
    """Take a processor's published template: an executed agreement at once, with its PDF.

    On other notice terms than the published ones it is a proposal, ``offered``, that waits for
    the processor.
    """
    return forward(clients().agreements, **me_at("/v1/self-serve"))


@blp.route("/agreement-counts")
@requires(READ)
@blp.response(200)
def agreement_counts() -> Response:
    """How many of the customer's agreements are in which status."""
    return forward(clients().agreements, **me_at("/v1/counts"))


@blp.route("/agreements.csv")
@requires(READ)
@blp.response(200, content_type="text/csv")
def agreements_export() -> Response:
    return forward(clients().agreements, **me_at("/v1/export.csv"))


@blp.route("/templates")
@requires(READ)
@blp.response(200, shapes.ItemsPage)
def templates() -> Response:
    """With ``?processor=``: the templates of this processor that a customer can take."""
    return forward(clients().agreements, **me_at("/v1/templates"))


@blp.route("/templates/<template_id>")
@requires(READ)
@blp.response(200)
@blp.alt_response(404, "NOT_FOUND")
def template(template_id: str) -> Response:
    return forward(clients().agreements, **me_at(f"/v1/templates/{template_id}"))


@blp.route("/agreements/<agreement_id>")
@requires(READ)
@blp.response(200)
@blp.alt_response(404, "NOT_FOUND")
def agreement(agreement_id: str) -> Response:
    return forward(clients().agreements, **me_at(f"/v1/agreements/{agreement_id}"))


@blp.route("/agreements/<agreement_id>/document")
@requires(READ)
@blp.response(200)
@blp.alt_response(404, "NOT_FOUND")
def document(agreement_id: str) -> Response:
    return forward(clients().agreements, **me_at(f"/v1/agreements/{agreement_id}/document"))


@blp.route("/agreements/<agreement_id>/accept", methods=["POST"])
@requires(WRITE)
@blp.arguments(shapes.Acceptance)
@blp.response(200)
@blp.alt_response(409, "CONFLICT")
def accept(_: Any, agreement_id: str) -> Response:
    return forward(clients().agreements, **me_at(f"/v1/agreements/{agreement_id}/accept"))


@blp.route("/agreements/<agreement_id>/reject", methods=["POST"])
@requires(WRITE)
@blp.arguments(shapes.Reason)
@blp.response(200)
@blp.alt_response(409, "CONFLICT")
def reject(_: Any, agreement_id: str) -> Response:
    return forward(clients().agreements, **me_at(f"/v1/agreements/{agreement_id}/reject"))


@blp.route("/agreements/<agreement_id>/confirm", methods=["POST"])
@requires(WRITE)
@blp.arguments(shapes.Confirmation)
@blp.response(200)
@blp.alt_response(409, "CONFLICT")
def confirm(_: Any, agreement_id: str) -> Response:
    """You did sign this agreement elsewhere: read the PDF and its hash before it binds you."""
    return forward(clients().agreements, **me_at(f"/v1/agreements/{agreement_id}/confirm"))


@blp.route("/agreements/<agreement_id>/decline", methods=["POST"])
@requires(WRITE)
@blp.arguments(shapes.Reason)
@blp.response(200)
@blp.alt_response(409, "CONFLICT")
def decline(_: Any, agreement_id: str) -> Response:
    """You did not sign this agreement."""
    return forward(clients().agreements, **me_at(f"/v1/agreements/{agreement_id}/decline"))


@blp.route("/agreements/<agreement_id>/versions")
@requires(READ)
@blp.response(200, shapes.ItemsPage)
@blp.alt_response(404, "NOT_FOUND")
def agreement_versions(agreement_id: str) -> Response:
    return forward(clients().agreements, **me_at(f"/v1/agreements/{agreement_id}/versions"))


@blp.route("/agreements/<agreement_id>/changes")
@requires(READ)
@blp.response(200)
@blp.alt_response(404, "NOT_FOUND")
def version_changes(agreement_id: str) -> Response:
    """What the newest version, or ``?version=``, changed of the one before or ``?since=``."""
    return forward(clients().agreements, **me_at(f"/v1/agreements/{agreement_id}/changes"))


@blp.route("/agreements/<agreement_id>/terminate", methods=["POST"])
@requires(WRITE)
@blp.arguments(shapes.Termination)
@blp.response(200)
@blp.alt_response(409, "CONFLICT")
def terminate(_: Any, agreement_id: str) -> Response:
    """End the agreement today, or on a day to come."""
    return forward(clients().agreements, **me_at(f"/v1/agreements/{agreement_id}/terminate"))
