"""Webhook endpoints of a customer, or of a vendor."""

from __future__ import annotations

from typing import Any

from services.notices.api.context import CUSTOMER, READ, WRITE, deps, owner, page_request
from services.notices.model.endpoints import Endpoint
from services.notices.schemas.deliveries import DeliveryPage, DeliveryQuery
from services.notices.schemas.endpoints import (
    Enabling,
    EndpointChange,
    EndpointPage,
    EndpointShape,
    EndpointWithSecret,
    NewEndpoint,
    Recovery,
    RecoveryStarted,
    Rotation,
    TestRequest,
    TestSent,
)
from services.notices.store.delivery_pages import Wanted
from services.notices.use_cases import deliveries, endpoints
from shared.auth import requires
from shared.headers import etag_of, located, seen_revision
from shared.openapi import Blueprint
from shared.schemas import PageArgs

blp = Blueprint("endpoints", __name__, url_prefix="/v1", description="Webhook endpoints")


@blp.route("/webhook-endpoints", methods=["POST"])
@requires(CUSTOMER, WRITE)
@blp.arguments(NewEndpoint)
@blp.response(201, EndpointWithSecret)
@blp.alt_response(409, "CONFLICT")
def add(body: dict[str, Any]) -> object:
    """A new endpoint; its secret is shown this once."""
    endpoint, secret = endpoints.add(deps(), owner(), body)
    address = located(f"/webhook-endpoints/{endpoint.id}")
    return with_secret(endpoint, secret), {**_tagged(endpoint), **address}


@blp.route("/webhook-endpoints")
@requires(CUSTOMER, READ)
@blp.arguments(PageArgs, location="query")
@blp.response(200, EndpointPage)
def page(query: dict[str, Any]) -> object:
    return endpoints.page(deps(), owner(), page_request(query))


@blp.route("/webhook-endpoints/<endpoint_id>")
@requires(CUSTOMER, READ)
@blp.response(200, EndpointShape)
@blp.alt_response(404, "NOT_FOUND")
def get(endpoint_id: str) -> object:
    found = endpoints.get(deps(), owner(), endpoint_id)
    return found, _tagged(found)


@blp.route("/webhook-endpoints/<endpoint_id>", methods=["PATCH"])
@requires(CUSTOMER, WRITE)
@blp.arguments(EndpointChange)
@blp.response(200, EndpointShape)
@blp.alt_response(412, "PRECONDITION_FAILED")
def change(body: dict[str, Any], endpoint_id: str) -> object:
    changed = endpoints.change(deps(), owner(), endpoint_id, seen_revision(), body)
    return changed, _tagged(changed)


@blp.route("/webhook-endpoints/<endpoint_id>", methods=["DELETE"])
@requires(CUSTOMER, WRITE)
@blp.response(204)
@blp.alt_response(412, "PRECONDITION_FAILED")
def remove(endpoint_id: str) -> None:
    endpoints.remove(deps(), owner(), endpoint_id, seen_revision())


@blp.route("/webhook-endpoints/<endpoint_id>/test", methods=["POST"])
@requires(CUSTOMER, WRITE)
@blp.arguments(TestRequest, required=False)
@blp.response(202, TestSent)
@blp.alt_response(409, "CONFLICT")
def test(body: dict[str, Any], endpoint_id: str) -> object:
    """Send a ``webhook.test`` message to this endpoint, or with ``type`` a full example of any
    type; its data says ``"example": true``."""
    return {"delivery_id": endpoints.send_example(deps(), owner(), endpoint_id, body["type"])}


@blp.route("/webhook-endpoints/<endpoint_id>/secret/rotate", methods=["POST"])
@requires(CUSTOMER, WRITE)
@blp.arguments(Rotation)
@blp.response(200, EndpointWithSecret)
@blp.alt_response(409, "CONFLICT")
def rotate(body: dict[str, Any], endpoint_id: str) -> object:
    """A new secret, shown this once; the old one signs beside it for ``overlap_hours``."""
    endpoint, secret = endpoints.rotate(deps(), owner(), endpoint_id, body["overlap_hours"])
    return with_secret(endpoint, secret), _tagged(endpoint)


@blp.route("/webhook-endpoints/<endpoint_id>/enable", methods=["POST"])
@requires(CUSTOMER, WRITE)
@blp.arguments(Enabling)
@blp.response(200, EndpointShape)
@blp.alt_response(404, "NOT_FOUND")
def enable(body: dict[str, Any], endpoint_id: str) -> object:
    skip = body["skip_backlog"]
    endpoint = endpoints.enable(deps(), owner(), endpoint_id, skip_backlog=skip)
    return endpoint, _tagged(endpoint)


@blp.route("/webhook-endpoints/<endpoint_id>/pause", methods=["POST"])
@requires(CUSTOMER, WRITE)
@blp.response(200, EndpointShape)
@blp.alt_response(404, "NOT_FOUND")
def pause(endpoint_id: str) -> object:
    """Send nothing to it until it is resumed; what is for it is kept, and notices go by the next
    channel of their agreement."""
    paused = endpoints.pause(deps(), owner(), endpoint_id)
    return paused, _tagged(paused)


@blp.route("/webhook-endpoints/<endpoint_id>/resume", methods=["POST"])
@requires(CUSTOMER, WRITE)
@blp.response(200, EndpointShape)
@blp.alt_response(409, "CONFLICT")
def resume(endpoint_id: str) -> object:
    """Send to it again, and what was kept meanwhile at once."""
    resumed = endpoints.resume(deps(), owner(), endpoint_id)
    return resumed, _tagged(resumed)


@blp.route("/webhook-endpoints/<endpoint_id>/recover", methods=["POST"])
@requires(CUSTOMER, WRITE)
@blp.arguments(Recovery)
@blp.response(202, RecoveryStarted)
@blp.alt_response(409, "CONFLICT")
def recover(body: dict[str, Any], endpoint_id: str) -> object:
    """Send all that the endpoint did not get since an instant: what failed, what was skipped, and
    at once what waits for its next try. 409 when there is nothing of the kind."""
    job = endpoints.recover(deps(), owner(), endpoint_id, body["since"], body["until"])
    return {"job_id": job.id, "since": job.since, "until": job.until}


@blp.route("/webhook-endpoints/<endpoint_id>/deliveries")
@requires(CUSTOMER, READ)
@blp.arguments(DeliveryQuery, location="query")
@blp.response(200, DeliveryPage)
@blp.alt_response(404, "NOT_FOUND")
def sent(query: dict[str, Any], endpoint_id: str) -> object:
    """What was sent to this endpoint, the newest first."""
    wanted = Wanted(query["status"], query["type"], query["since"], query["until"])
    return deliveries.page(deps(), owner(), endpoint_id, wanted, page_request(query))


def with_secret(endpoint: Endpoint, secret: str) -> dict[str, Any]:
    return {**vars(endpoint), "status": endpoint.status, "secret": secret}


def _tagged(endpoint: Endpoint) -> dict[str, str]:
    return {"ETag": etag_of(endpoint.revision)}
