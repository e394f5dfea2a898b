"""Shapes of identity."""

from __future__ import annotations

from typing import get_args

from marshmallow import ValidationError, fields, validate

from services.identity.model import KINDS, FourEyes
from shared.schemas import (
    SLUG,
    Country,
    Email,
    Instant,
    Language,
    Line,
    PageArgs,
    Shape,
    Text,
    one_of,
    page_of,
)
from shared.times import is_time_zone


def _known_zone(name: str) -> None:
    if not is_time_zone(name):
        raise ValidationError("This is not a time zone such as Europe/Copenhagen.")


class AddressShape(Shape):
    street = Text(200, required=True)
    postal_code = Text(20, required=True)
    city = Text(100, required=True)
    country = Country(required=True)


class ContactShape(Shape):
    name = Line(200, required=True)
    position = Line(200, required=True)
    email = Email(required=True)


class OrganisationChange(Shape):
    legal_name = Line(300)
    registration_number = Text(60, allow_none=True)
    address = fields.Nested(AddressShape, allow_none=True)
    country = Country()
    locale = Language()
    website = fields.URL(schemes={"https", "http"}, allow_none=True)
    time_zone = fields.String(validate=_known_zone)
    contacts = fields.List(fields.Nested(ContactShape), validate=validate.Length(max=20))
    four_eyes = one_of(
        *get_args(FourEyes),
        metadata={"description": "What a second hand must approve: emergencies, or all changes"},
    )


class NewOrganisation(OrganisationChange):
    slug = fields.String(required=True, validate=[SLUG, validate.Length(max=60)])
    kind = fields.List(one_of(*KINDS), required=True, validate=validate.Length(min=1, max=3))
    legal_name = Line(300, required=True)
    country = Country(required=True)
    locale = Language(load_default="en")


class OrganisationShape(NewOrganisation):
    id = fields.String()
    created_at = Instant()


class EnteredBy(Shape):
    """The organisation that entered it."""

    entered_by = fields.String(load_default=None)


class OrganisationQuery(EnteredBy, PageArgs):
    slug = fields.String(load_default=None)


class NewClient(Shape):
    org_id = fields.String(load_default=None)
    name = Line(200, required=True)
    scopes = fields.List(Text(60), required=True, validate=validate.Length(min=1, max=30))


class ClientShape(Shape):
    id = fields.String()
    org_id = fields.String()
    name = fields.String()
    scopes = fields.List(fields.String())
    created_at = Instant()


class ClientWithSecret(ClientShape):
    client_id = fields.String()
    client_secret = fields.String()


class RotatedClient(ClientWithSecret):
    old_tokens_until = Instant(
        metadata={"description": "Tokens fetched with the old secret may be used until then"}
    )


class ClientQuery(PageArgs):
    org_id = fields.String(load_default=None)


class HandsQuery(Shape):
    org_id = fields.String(required=True)
    client_ids = Text(2_000, required=True)


class HandsShape(Shape):
    """``hands``: by client id; clients of the same hand count as one where two must approve.
    ``names``: of those that are still there. ``four_eyes``: what a second hand is needed for."""

    hands = fields.Dict(keys=fields.String(), values=fields.String())
    names = fields.Dict(keys=fields.String(), values=fields.String())
    four_eyes = fields.String()


class RemovedQuery(Shape):
    since = Instant(load_default=None)


class RemovedClientShape(Shape):
    client_id = fields.String()
    removed_at = Instant()


class RemovedShape(Shape):
    """``token_seconds``: how long a token lives, and so how long to remember a removed client."""

    items = fields.List(fields.Nested(RemovedClientShape))
    token_seconds = fields.Integer()


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


OrganisationPage = page_of(OrganisationShape)
ClientPage = page_of(ClientShape)
