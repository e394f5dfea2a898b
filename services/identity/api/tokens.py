"""Access tokens, and the keys that they are checked with."""

from __future__ import annotations

import json
from typing import Any

from flask import Response, request

from services.identity import token_requests
from services.identity.api.context import deps
from services.identity.model.clients import ClientUnknown, GrantUnsupported, TokenRequestInvalid
from services.identity.model.people import GrantEnded, OrganisationOpen
from services.identity.model.scopes import ScopeNotHeld
from services.identity.schemas.tokens import (
    KeySet,
    MetadataShape,
    TokenForm,
    TokenRefusal,
    TokenShape,
)
from services.identity.use_cases import tokens as token_cases
from shared import problems
from shared.auth import gives_tokens, public
from shared.bodies import JSON_TYPE, accepts
from shared.errors import DomainError, Unauthenticated
from shared.openapi import Blueprint, scopes

FORM = "application/x-www-form-urlencoded"
# A new key is published with its first token: who meets an unknown one asks again.
KEYS_SECONDS, METADATA_SECONDS = 300, 3_600
INVALID_REQUEST = "invalid_request"
OAUTH_ERRORS = {
    kind.code: kind.code.replace("-", "_")
    for kind in (
        TokenRequestInvalid,
        GrantUnsupported,
        ClientUnknown,
        ScopeNotHeld,
        GrantEnded,
        OrganisationOpen,
    )
}
BY_STATUS = dict.fromkeys((429, 503), "temporarily_unavailable")
DESCRIBING = {chr(code) for code in range(0x20, 0x7F)} - {'"', "\\"}

tokens = Blueprint("tokens", __name__, url_prefix="/v1", description="Access tokens")
well_known = Blueprint("keys", __name__, url_prefix="/.well-known", description="Public keys")


@tokens.route("/token", methods=["POST"])
@accepts(FORM)
@public()
@gives_tokens
@tokens.doc(requestBody={"required": True, "content": {FORM: {"schema": TokenForm}}})
@tokens.response(200, TokenShape)
@tokens.alt_response(400, schema=TokenRefusal, description="The request is wrong.")
@tokens.alt_response(401, schema=TokenRefusal, description="The client is not known, or not it.")
@tokens.alt_response(413, schema=TokenRefusal, description="The body is too large.")
@tokens.alt_response(415, schema=TokenRefusal, description="The body is not a form.")
@tokens.alt_response(429, schema=TokenRefusal, description="Too many attempts; wait.")
@tokens.alt_response(503, schema=TokenRefusal, description="A part of Art28 is away; try again.")
def token() -> Any:
    """An access token by client credentials; or for the session of a person, by token exchange.

    The client names itself in the body, or by HTTP Basic, form-encoded (RFC 6749 §2.3.1).
    """
    header = request.headers.get("Authorization")
    asked = token_requests.read(request.get_data(cache=True), request.args, header)
    return token_cases.issue_token(deps(), asked, request.remote_addr or "")


@tokens.errorhandler(DomainError)
def refuse_token(error: DomainError) -> Response:
    """The problem document, with the members of RFC 6749 §5.2 beside its own; and of the media
    type that is named there, for libraries read an error of no other."""
    response = problems.on_domain_error(error)
    code = OAUTH_ERRORS.get(error.code) or BY_STATUS.get(error.status, INVALID_REQUEST)
    members = {"error": code, "error_description": _ascii(error.detail)}
    response.set_data(json.dumps({**json.loads(response.get_data()), **members}))
    response.content_type = JSON_TYPE
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
@well_known.alt_response(200, schema=KeySet)
def jwks() -> Any:
    """The public keys of access tokens (RFC 7517)."""
    return token_cases.jwks(deps(), deps().now()), kept_for(KEYS_SECONDS)


@well_known.route("/oauth-authorization-server")
@well_known.route("/oauth-authorization-server/identity")
@public()
@well_known.response(200, MetadataShape)
def metadata() -> Any:
    """Where tokens come from, and how a client proves itself (RFC 8414)."""
    return token_cases.metadata(deps(), scopes()), kept_for(METADATA_SECONDS)


def kept_for(seconds: int) -> dict[str, str]:
    """Headers of what anybody may read and keep, scripts of other sites included."""
    return {"Cache-Control": f"public, max-age={seconds}", "Access-Control-Allow-Origin": "*"}
