"""The routes of identity."""

from __future__ import annotations

from typing import Any, cast

from flask import current_app, request

from services.identity import use_cases
from services.identity.model import Client
from services.identity.schemas import (
    ClientPage,
    ClientQuery,
    ClientShape,
    ClientWithSecret,
    EnteredBy,
    HandsQuery,
    HandsShape,
    NewClient,
    NewOrganisation,
    OrganisationChange,
    OrganisationPage,
    OrganisationQuery,
    OrganisationShape,
    TokenForm,
    TokenShape,
)
from services.identity.use_cases import Deps
from shared.app import Blueprint, accepts
from shared.auth import caller, public, requires
from shared.headers import etag_of, seen_revision
from shared.pagination import PageRequest

FORM = "application/x-www-form-urlencoded"

blp = Blueprint("identity", __name__, url_prefix="/v1", description="Organisations and clients")
well_known = Blueprint("keys", __name__, url_prefix="/.well-known", description="Public keys")


def deps() -> Deps:
    return cast("Deps", current_app.extensions["art28.deps"])


@blp.route("/token", methods=["POST"])
@accepts(FORM)
@public()
@blp.arguments(TokenForm, location="form", content_type=FORM)
@blp.response(200, TokenShape)
@blp.alt_response(401, "UNAUTHORIZED")
@blp.alt_response(429, "TOO_MANY_REQUESTS")
def token(form: dict[str, Any]) -> Any:
    """An access token by client credentials; the client proves itself by HTTP Basic or body."""
    basic = request.authorization
    client_id = (basic.username if basic else form["client_id"]) or ""
    secret = (basic.password if basic else form["client_secret"]) or ""
    address = request.remote_addr or ""
    return use_cases.issue_token(deps(), client_id, secret, form["scope"], address)


@well_known.route("/jwks.json")
@public()
@well_known.response(200)
def jwks() -> Any:
    """The public keys of access tokens (RFC 7517)."""
    return use_cases.jwks(deps(), deps().now())


@blp.route("/organisations", methods=["POST"])
@requires("identity:write")
@blp.arguments(NewOrganisation)
@blp.response(201, OrganisationShape)
@blp.alt_response(409, "CONFLICT")
def add_organisation(body: dict[str, Any]) -> Any:
    return use_cases.add_organisation(deps(), caller(), body)


@blp.route("/organisations")
@requires("identity:read")
@blp.arguments(OrganisationQuery, location="query")
@blp.response(200, OrganisationPage)
def organisations(query: dict[str, Any]) -> Any:
    page = PageRequest(query["limit"], query["cursor"])
    return use_cases.organisations(deps(), caller(), query["slug"], query["entered_by"], page)


@blp.route("/organisations/<org_id>")
@requires("identity:read")
@blp.arguments(EnteredBy, location="query")
@blp.response(200, OrganisationShape)
@blp.alt_response(404, "NOT_FOUND")
def organisation(query: dict[str, Any], org_id: str) -> Any:
    found = use_cases.organisation(deps(), caller(), org_id, query["entered_by"])
    return found, {"ETag": etag_of(found.revision)}


@blp.route("/organisations/<org_id>", methods=["PATCH"])
@requires("identity:write")
@blp.arguments(OrganisationChange)
@blp.response(200, OrganisationShape)
@blp.alt_response(412, "PRECONDITION_FAILED")
def change_organisation(body: dict[str, Any], org_id: str) -> Any:
    changed = use_cases.change_organisation(deps(), caller(), org_id, seen_revision(), body)
    return changed, {"ETag": etag_of(changed.revision)}


@blp.route("/clients", methods=["POST"])
@requires("identity:write")
@blp.arguments(NewClient)
@blp.response(201, ClientWithSecret)
def add_client(body: dict[str, Any]) -> Any:
    """A new client; its secret is shown this once. It can hold only what its maker holds, and
    counts as one with it where two different clients must approve."""
    client, secret = use_cases.add_client(deps(), caller(), body)
    return with_secret(client, secret)


@blp.route("/clients")
@requires("identity:read")
@blp.arguments(ClientQuery, location="query")
@blp.response(200, ClientPage)
def clients(query: dict[str, Any]) -> Any:
    page = PageRequest(query["limit"], query["cursor"])
    return use_cases.clients(deps(), caller(), query["org_id"], page)


@blp.route("/hands")
@requires("identity:read")
@blp.arguments(HandsQuery, location="query")
@blp.response(200, HandsShape)
@blp.alt_response(404, "NOT_FOUND")
def hands(query: dict[str, Any]) -> Any:
    """Which clients count as one, because one made the other or renewed its secret."""
    ids = query["client_ids"].split(",")
    return {"hands": use_cases.hands(deps(), caller(), query["org_id"], ids)}


@blp.route("/clients/<client_id>")
@requires("identity:read")
@blp.response(200, ClientShape)
@blp.alt_response(404, "NOT_FOUND")
def client(client_id: str) -> Any:
    found = use_cases.client(deps(), caller(), client_id)
    return found, {"ETag": etag_of(found.revision)}


@blp.route("/clients/<client_id>/rotate", methods=["POST"])
@requires("identity:write")
@blp.response(200, ClientWithSecret)
@blp.alt_response(404, "NOT_FOUND")
def rotate_client(client_id: str) -> Any:
    """A new secret; the old one ends at once. Whoever renews another's counts as one with it."""
    client, secret = use_cases.rotate_client(deps(), caller(), client_id)
    return with_secret(client, secret)


@blp.route("/clients/<client_id>", methods=["DELETE"])
@requires("identity:write")
@blp.response(204)
@blp.alt_response(404, "NOT_FOUND")
def remove_client(client_id: str) -> None:
    use_cases.remove_client(deps(), caller(), client_id, seen_revision())


def with_secret(client: Client, secret: str) -> dict[str, Any]:
    """What is answered this once to whoever made the client or rotated its secret."""
    return {**vars(client), "client_id": client.id, "client_secret": secret}
