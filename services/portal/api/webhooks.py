"""The customer's webhook endpoints and their deliveries."""

from __future__ import annotations

from typing import Any

from flask import Response

from services.portal import schemas as shapes
from services.portal.api.context import READ, WRITE, clients, me_at
from services.portal.clients import forward
from shared.auth import requires
from shared.openapi import Blueprint

blp = Blueprint("webhooks", __name__, url_prefix="/v1", description="The customer's webhooks")


@blp.route("/webhook-endpoints")
@requires(READ)
@blp.response(200, shapes.ItemsPage)
def endpoints() -> Response:
    return forward(clients().notices, **me_at("/v1/webhook-endpoints"))


@blp.route("/webhook-endpoints", methods=["POST"])
@requires(WRITE)
@blp.arguments(shapes.NewEndpoint)
@blp.response(201)
@blp.alt_response(422, "UNPROCESSABLE_ENTITY")
def add_endpoint(_: Any) -> Response:
    """A new endpoint; its secret is shown this once."""
    return forward(clients().notices, **me_at("/v1/webhook-endpoints"))


@blp.route("/webhook-endpoints/<endpoint_id>")
@requires(READ)
@blp.response(200)
@blp.alt_response(404, "NOT_FOUND")
def endpoint(endpoint_id: str) -> Response:
    return forward(clients().notices, **me_at(f"/v1/webhook-endpoints/{endpoint_id}"))


@blp.route("/webhook-endpoints/<endpoint_id>", methods=["PATCH"])
@requires(WRITE)
@blp.arguments(shapes.EndpointChange)
@blp.response(200)
@blp.alt_response(412, "PRECONDITION_FAILED")
def change_endpoint(_: Any, endpoint_id: str) -> Response:
    return forward(clients().notices, **me_at(f"/v1/webhook-endpoints/{endpoint_id}"))


@blp.route("/webhook-endpoints/<endpoint_id>", methods=["DELETE"])
@requires(WRITE)
@blp.response(204)
@blp.alt_response(404, "NOT_FOUND")
def remove_endpoint(endpoint_id: str) -> Response:
    return forward(clients().notices, **me_at(f"/v1/webhook-endpoints/{endpoint_id}"))


@blp.route("/webhook-endpoints/<endpoint_id>/test", methods=["POST"])
@requires(WRITE)
@blp.response(202)
@blp.alt_response(404, "NOT_FOUND")
def test_endpoint(endpoint_id: str) -> Response:
    """Send a ``webhook.test`` message there."""
    return forward(clients().notices, **me_at(f"/v1/webhook-endpoints/{endpoint_id}/test"))


@blp.route("/webhook-endpoints/<endpoint_id>/secret/rotate", methods=["POST"])
@requires(WRITE)
@blp.arguments(shapes.Rotation)
@blp.response(200)
@blp.alt_response(404, "NOT_FOUND")
def rotate_secret(_: Any, endpoint_id: str) -> Response:
    """A new secret; the old one goes on signing beside it for ``overlap_hours``."""
    path = f"/v1/webhook-endpoints/{endpoint_id}/secret/rotate"
    return forward(clients().notices, **me_at(path))


@blp.route("/webhook-endpoints/<endpoint_id>/enable", methods=["POST"])
@requires(WRITE)
@blp.arguments(shapes.Enabling)
@blp.response(200)
@blp.alt_response(404, "NOT_FOUND")
def enable_endpoint(_: Any, endpoint_id: str) -> Response:
    return forward(clients().notices, **me_at(f"/v1/webhook-endpoints/{endpoint_id}/enable"))


@blp.route("/webhook-endpoints/<endpoint_id>/recover", methods=["POST"])
@requires(WRITE)
@blp.arguments(shapes.Recovery)
@blp.response(202)
@blp.alt_response(404, "NOT_FOUND")
def recover_endpoint(_: Any, endpoint_id: str) -> Response:
    """Send again what was not delivered since an instant."""
    return forward(clients().notices, **me_at(f"/v1/webhook-endpoints/{endpoint_id}/recover"))


@blp.route("/webhook-endpoints/<endpoint_id>/deliveries")
@requires(READ)
@blp.response(200, shapes.ItemsPage)
@blp.alt_response(404, "NOT_FOUND")
def deliveries(endpoint_id: str) -> Response:
    path = f"/v1/webhook-endpoints/{endpoint_id}/deliveries"
    return forward(clients().notices, **me_at(path))


@blp.route("/deliveries/<delivery_id>")
@requires(READ)
@blp.response(200)
@blp.alt_response(404, "NOT_FOUND")
def delivery(delivery_id: str) -> Response:
    """One delivery with every attempt and the first 16 KiB of each answer."""
    return forward(clients().notices, **me_at(f"/v1/deliveries/{delivery_id}"))


@blp.route("/deliveries/<delivery_id>/retry", methods=["POST"])
@requires(WRITE)
@blp.response(202)
@blp.alt_response(404, "NOT_FOUND")
def retry_delivery(delivery_id: str) -> Response:
    return forward(clients().notices, **me_at(f"/v1/deliveries/{delivery_id}/retry"))
