"""The routes of identity."""

from __future__ import annotations

import json
from typing import Any, cast

from flask import Response, current_app, request

from services.identity import token_requests
from services.identity.model import (
    Client,
    ClientUnknown,
    GrantUnsupported,
    ScopeNotHeld,
    TokenRequestInvalid,
)
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
    RemovedQuery,
    RemovedShape,
    RotatedClient,
    TokenForm,
    TokenShape,
)
from services.identity.use_cases import clients as client_cases
from services.identity.use_cases import organisations as organisation_cases
from services.identity.use_cases import tokens as token_cases
from services.identity.wiring import Deps
from shared import problems
from shared.auth import caller, gives_tokens, public, requires
from shared.bodies import accepts
from shared.errors import DomainError, Unauthenticated
from shared.headers import etag_of, located, seen_revision
from shared.openapi import Blueprint
from shared.pagination import PageRequest

FORM = "application/x-www-form-urlencoded"
INVALID_REQUEST = "invalid_request"
OAUTH_ERRORS = {
    kind.code: kind.code.replace("-", "_")
    for kind in (TokenRequestInvalid, GrantUnsupported, ClientUnknown, ScopeNotHeld)
}
BY_STATUS = dict.fromkeys((429, 503), "temporarily_unavailable")
DESCRIBING = {chr(code) for code in range(0x20, 0x7F)} - {'"', "\\"}

blp = Blueprint("identity", __name__, url_prefix="/v1", description="Organisations and clients")
tokens = Blueprint("tokens", __name__, url_prefix="/v1", description="Access tokens")
well_known = Blueprint("keys", __name__, url_prefix="/.well-known", description="Public keys")


def deps() -> Deps:
    return cast("Deps", current_app.extensions["art28.deps"])


@tokens.route("/token", methods=["POST"])
@accepts(FORM)
@public()
@gives_tokens
@tokens.doc(requestBody={"required": True, "content": {FORM: {"schema": TokenForm}}})
@tokens.response(200, TokenShape)
@tokens.alt_response(400, "BAD_REQUEST")
@tokens.alt_response(401, "UNAUTHORIZED")
@tokens.alt_response(429, "TOO_MANY_REQUESTS")
def token() -> Any:
    """An access token by client credentials; the client proves itself by HTTP Basic or body."""
    header = request.headers.get("Authorization")
    asked = token_requests.read(request.get_data(cache=True), request.args, header)
    return token_cases.issue_token(deps(), asked, request.remote_addr or "")


@tokens.errorhandler(DomainError)
def refuse_token(error: DomainError) -> Response:
    """The problem document, with the members of RFC 6749 §5.2 beside its own."""
    response = problems.on_domain_error(error)
    code = OAUTH_ERRORS.get(error.code) or BY_STATUS.get(error.status, INVALID_REQUEST)
    members = {"error": code, "error_description": _ascii(error.detail)}
    response.set_data(json.dumps({**json.loads(response.get_data()), **members}))
    response.headers["Pragma"] = "no-cache"
    if error.status == Unauthenticated.status:
        response.headers["WWW-Authenticate"] = 'Basic realm="art28", charset="UTF-8"'
    return response


def _ascii(text: str) -> str:
    """``text`` in the characters that §5.2 lets a description have."""
    return "".join(character if character in DESCRIBING else "?" for character in text)


@well_known.route("/jwks.json")
@public()
@well_known.response(200)
def jwks() -> Any:
    """The public keys of access tokens (RFC 7517)."""
    return token_cases.jwks(deps(), deps().now())


@blp.route("/organisations", methods=["POST"])
@requires("identity:write")
@blp.arguments(NewOrganisation)
@blp.response(201, OrganisationShape)
@blp.alt_response(409, "CONFLICT")
def add_organisation(body: dict[str, Any]) -> Any:
    added = organisation_cases.add_organisation(deps(), caller(), body)
    return added, {"ETag": etag_of(added.revision), **located(f"/organisations/{added.id}")}


@blp.route("/organisations")
@requires("identity:read")
@blp.arguments(OrganisationQuery, location="query")
@blp.response(200, OrganisationPage)
def organisations(query: dict[str, Any]) -> Any:
    page = PageRequest(query["limit"], query["cursor"])
    slug, entered_by = query["slug"], query["entered_by"]
    return organisation_cases.organisations(deps(), caller(), slug, entered_by, page)


@blp.route("/organisations/<org_id>")
@requires("identity:read")
@blp.arguments(EnteredBy, location="query")
@blp.response(200, OrganisationShape)
@blp.alt_response(404, "NOT_FOUND")
def organisation(query: dict[str, Any], org_id: str) -> Any:
    organisation = organisation_cases.organisation(deps(), caller(), org_id, query["entered_by"])
    return organisation, {"ETag": etag_of(organisation.revision)}


@blp.route("/organisations/<org_id>", methods=["PATCH"])
@requires("identity:write")
@blp.arguments(OrganisationChange)
@blp.response(200, OrganisationShape)
@blp.alt_response(412, "PRECONDITION_FAILED")
def change_organisation(body: dict[str, Any], org_id: str) -> Any:
    seen = seen_revision()
    changed = organisation_cases.change_organisation(deps(), caller(), org_id, seen, body)
    return changed, {"ETag": etag_of(changed.revision)}


@blp.route("/clients", methods=["POST"])
@requires("identity:write")
@blp.arguments(NewClient)
@blp.response(201, ClientWithSecret)
def add_client(body: dict[str, Any]) -> Any:
    """A new client; its secret is shown this once. It can hold only what its maker holds, and
    counts as one with it where two different clients must approve."""
    client, secret = client_cases.add_client(deps(), caller(), body)
    return with_secret(client, secret), located(f"/clients/{client.id}")


@blp.route("/clients")
@requires("identity:read")
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
    """Clients that count as one, because one made the other or renewed its secret."""
    ids = query["client_ids"].split(",")
    return client_cases.hands(deps(), caller(), query["org_id"], ids)


@blp.route("/removed-clients")
@requires("identity:removals")
@blp.arguments(RemovedQuery, location="query")
@blp.response(200, RemovedShape)
def removed_clients(query: dict[str, Any]) -> Any:
    """For services: whose tokens end before their time."""
    return client_cases.removed_clients(deps(), query["since"])


@blp.route("/clients/<client_id>")
@requires("identity:read")
@blp.response(200, ClientShape)
@blp.alt_response(404, "NOT_FOUND")
def client(client_id: str) -> Any:
    client = client_cases.client(deps(), caller(), client_id)
    return client, {"ETag": etag_of(client.revision)}


@blp.route("/clients/<client_id>/rotate", methods=["POST"])
@requires("identity:write")
@blp.response(200, RotatedClient)
@blp.alt_response(404, "NOT_FOUND")
def rotate_client(client_id: str) -> Any:
    """A new secret; the old one ends at once. Whoever renews another's counts as one with it.

    Tokens that were fetched with the old one live on until ``old_tokens_until``; to end them
    within seconds, remove the client and make another.
    """
    client, secret, until = client_cases.rotate_client(deps(), caller(), client_id)
    return {**with_secret(client, secret), "old_tokens_until": until}


@blp.route("/clients/<client_id>", methods=["DELETE"])
@requires("identity:write")
@blp.response(204)
@blp.alt_response(404, "NOT_FOUND")
def remove_client(client_id: str) -> None:
    """Its secret ends at once, and its tokens within seconds."""
    client_cases.remove_client(deps(), caller(), client_id, seen_revision())


def with_secret(client: Client, secret: str) -> dict[str, Any]:
    """What is answered this once to whoever made the client or rotated its secret."""
    return {**vars(client), "client_id": client.id, "client_secret": secret}
