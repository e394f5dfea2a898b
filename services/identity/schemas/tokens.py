"""Access tokens, as asked for and answered."""

from __future__ import annotations

from marshmallow import fields

from shared.schemas import Shape, one_of


class TokenForm(Shape):
    """Only for the API document: `token_requests` reads the form itself."""

    grant_type = one_of("client_credentials", required=True)
    scope = fields.String(load_default=None)
    client_id = fields.String(load_default=None)
    client_secret = fields.String(load_default=None)


class TokenShape(Shape):
    access_token = fields.String()
    token_type = fields.String()
    expires_in = fields.Integer()
    scope = fields.String()
