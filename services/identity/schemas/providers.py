"""The sign-in provider of an organisation, as set and shown."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from marshmallow import ValidationError, fields, validate, validates_schema

from services.identity.model.roles import ROLES
from shared.egress import LONGEST_URL
from shared.schemas import Flag, Instant, Line, Shape, one_of

DOMAIN = validate.Regexp(
    r"^(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9-]{2,63}\Z",
    error="This is no domain in small letters, such as example.com.",
)
MOST_DOMAINS = 50


class ClaimNamesShape(Shape):
    """Which claim of the provider says what."""

    email = Line(100)
    email_verified = Line(100)
    name = Line(100)
    locale = Line(100)


class ProviderShape(Shape):
    """``invites``: whether an unknown person with an address of ``email_domains`` is invited by
    mail, with ``roles``. ``only_way_in``: whether members come in no other way; owners always may.

    ``redirect_uri``: to be registered with the provider. ``sign_in_url``: where members begin.
    """

    org_id = fields.String()
    issuer = fields.String()
    client_id = fields.String()
    has_secret = Flag()
    claims = fields.Nested(ClaimNamesShape)
    email_domains = fields.List(fields.String())
    invites = Flag()
    roles = fields.List(fields.String())
    only_way_in = Flag()
    redirect_uri = fields.String()
    sign_in_url = fields.String()
    created_at = Instant()


# Members that are read, and ignored where they are sent back as they were read.
SET_BY_US = ("org_id", "has_secret", "redirect_uri", "sign_in_url", "created_at")


class ProviderSetting(Shape):
    """``client_secret``: left out it stays, null for a public client; it is never shown.
    ``email_domains``: none: addresses of all. ``SET_BY_US`` may be sent as they were read."""

    issuer = fields.URL(
        schemes={"https", "http"}, require_tld=False, required=True,
        validate=validate.Length(max=LONGEST_URL),
    )  # fmt: skip
    client_id = Line(200, required=True)
    client_secret = Line(1_000, allow_none=True)
    claims = fields.Nested(ClaimNamesShape, load_default=dict)
    email_domains = fields.List(
        fields.String(validate=DOMAIN),
        validate=validate.Length(max=MOST_DOMAINS),
        load_default=list,
    )
    invites = Flag(load_default=False)
    roles = fields.List(one_of(*ROLES), validate=validate.Length(max=len(ROLES)), load_default=list)
    only_way_in = Flag(load_default=False)
    org_id = fields.String()
    has_secret = Flag()
    redirect_uri = fields.String()
    sign_in_url = fields.String()
    created_at = fields.String()

    @validates_schema
    def roles_of_the_invited(self, members: Mapping[str, Any], **_: Any) -> None:
        if members.get("invites") and not (members.get("roles") and members.get("email_domains")):
            raise ValidationError(
                "Say with which roles and of which domains unknown persons are invited.", "invites"
            )
