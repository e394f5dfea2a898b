"""Clients: the keys of an organisation."""

from __future__ import annotations

from typing import Any

from services.identity.api.context import deps
from services.identity.model.clients import Client
from services.identity.model.scopes import KEYS
from services.identity.schemas.clients import (
    ClientPage,
    ClientQuery,
    ClientShape,
    ClientWithSecret,
    HandsQuery,
    HandsShape,
    NewClient,
    RemovedQuery,
    RemovedShape,
    RotateClient,
    RotatedClient,
)
from services.identity.use_cases import clients as client_cases
from services.identity.use_cases import hands as hand_cases
from shared.auth import caller, requires
from shared.headers import etag_of, located, seen_revision
from shared.openapi import Blueprint
from shared.pagination import PageRequest

blp = Blueprint("clients", __name__, url_prefix="/v1", description="Clients")


@blp.route("/clients", methods=["POST"])
@requires("identity:write", KEYS)
@blp.arguments(NewClient)
@blp.response(201, ClientWithSecret)
def add_client(body: dict[str, Any]) -> Any:
    """A new client; its secret is shown this once. It can hold only what its maker holds, and
    counts as one with it where two different clients must approve."""
    client, secret = client_cases.add_client(deps(), caller(), body)
    return with_secret(client, secret), located(f"/clients/{client.id}")


@blp.route("/clients")
@requires("identity:read", KEYS)
@blp.arguments(ClientQuery, location="query")
@blp.response(200, ClientPage)
def clients(query: dict[str, Any]) -> Any:
    page = PageRequest(query["limit"], query["cursor"])
    return client_cases.clients(deps(), caller(), query["org_id"], page)


@blp.route("/hands")
@requires("identity:read")
@blp.arguments(HandsQuery, location="query")
@blp.response(200, HandsShape)
@blp.alt_response(404, "NOT_FOUND")
def hands(query: dict[str, Any]) -> Any:
    """Who may stand behind clients and persons: clients count as one if one made the other or
    renewed its secret, and as the persons who did."""
    ids = query["actor_ids"].split(",")
    return hand_cases.hands(deps(), caller(), query["org_id"], ids)


@blp.route("/removed-clients")
@requires("identity:removals")
@blp.arguments(RemovedQuery, location="query")
@blp.response(200, RemovedShape)
def removed_clients(query: dict[str, Any]) -> Any:
    """For services: whose tokens end before their time."""
    return client_cases.removed_clients(deps(), query["since"])


@blp.route("/clients/<client_id>")
@requires("identity:read", KEYS)
@blp.response(200, ClientShape)
@blp.alt_response(404, "NOT_FOUND")
def client(client_id: str) -> Any:
    client = client_cases.client(deps(), caller(), client_id)
    return client, {"ETag": etag_of(client.revision)}


@blp.route("/clients/<client_id>/rotate", methods=["POST"])
@requires("identity:write", KEYS)
@blp.arguments(RotateClient, required=False)
@blp.response(200, RotatedClient)
@blp.alt_response(404, "NOT_FOUND")
@blp.alt_response(409, "CONFLICT")
def rotate_client(body: dict[str, Any], client_id: str) -> Any:
    """A new secret, shown this once. Whoever renews another's counts as one with it.

    The old one works beside it for ``overlap_hours``, by default not at all. Tokens that were
    fetched with it live on until ``old_tokens_until``; to end them within seconds, remove the
    client and make another.
    """
    overlap = body["overlap_hours"]
    client, secret, until = client_cases.rotate_client(deps(), caller(), client_id, overlap)
    return {**with_secret(client, secret), "old_tokens_until": until}


@blp.route("/clients/<client_id>", methods=["DELETE"])
@requires("identity:write", KEYS)
@blp.response(204)
@blp.alt_response(404, "NOT_FOUND")
def remove_client(client_id: str) -> None:
    """Its secret ends at once, and its tokens within seconds."""
    client_cases.remove_client(deps(), caller(), client_id, seen_revision())


def with_secret(client: Client, secret: str) -> dict[str, Any]:
    """What is answered this once to whoever made the client or rotated its secret."""
    return {
        **vars(client),
        "client_id": client.id,
        "client_secret": secret,
        "old_secret_until": client.old_secret_until,
    }
