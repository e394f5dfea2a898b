"""Access tokens, as asked for and answered."""

from __future__ import annotations

from marshmallow import fields

from services.identity.token_requests import CLIENT_CREDENTIALS, EXCHANGE, SESSION
from shared.openapi import ProblemSchema
from shared.schemas import PublicKeyShape, Shape, one_of


class TokenForm(Shape):
    """Only for the API document: `token_requests` reads the form itself."""

    grant_type = one_of(CLIENT_CREDENTIALS, EXCHANGE, required=True)
    scope = fields.String(load_default=None)
    client_id = fields.String(load_default=None)
    client_secret = fields.String(load_default=None)
    subject_token = fields.String(
        load_default=None, metadata={"description": "To exchange: the token of a session"}
    )
    subject_token_type = one_of(SESSION, load_default=None)
    organisation = fields.String(
        load_default=None, metadata={"description": "Which of the person's organisations"}
    )


class TokenShape(Shape):
    access_token = fields.String()
    token_type = fields.String()
    expires_in = fields.Integer()
    scope = fields.String()
    issued_token_type = fields.String()


class TokenRefusal(ProblemSchema):
    """RFC 6749 §5.2, and the members of a problem document beside it."""

    error = fields.String(required=True)
    error_description = fields.String(required=True)


class MetadataShape(Shape):
    """As RFC 8414 §2 names its members."""

    issuer = fields.String()
    token_endpoint = fields.String()
    jwks_uri = fields.String()
    grant_types_supported = fields.List(fields.String())
    token_endpoint_auth_methods_supported = fields.List(fields.String())
    response_types_supported = fields.List(fields.String())
    scopes_supported = fields.List(fields.String())
    service_documentation = fields.String()


class TokenKeyShape(PublicKeyShape):
    """``OKP`` on ``Ed25519``, or ``EC`` on ``P-256``, whose point has a ``y`` as well."""

    y = fields.String()


class KeySet(Shape):
    keys = fields.List(fields.Nested(TokenKeyShape))
