"""Organisations, as asked for and answered."""

from __future__ import annotations

from typing import get_args

from marshmallow import ValidationError, fields, validate

from services.identity.model.organisations import KINDS, FourEyes
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


class NoticeAddressShape(Shape):
    """Where answers to its mails are read. ``proved_at``: when a link that was sent there was used;
    null until then. Only the service sets it; null has the address tried anew."""

    email = Email(required=True)
    proved_at = Instant(allow_none=True)


class OrganisationMembers(Shape):
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


class OrganisationChange(OrganisationMembers):
    notice_address = fields.Nested(NoticeAddressShape, allow_none=True)


class NewOrganisation(OrganisationMembers):
    slug = fields.String(required=True, validate=[SLUG, validate.Length(max=60)])
    kind = fields.List(one_of(*KINDS), required=True, validate=validate.Length(min=1, max=3))
    legal_name = Line(300, required=True)
    country = Country(required=True)
    locale = Language(load_default="en")


class OrganisationShape(NewOrganisation):
    id = fields.String()
    created_at = Instant()
    notice_address = fields.Nested(NoticeAddressShape, allow_none=True)


class OwnerShape(Shape):
    name = fields.String()
    email = fields.String()
    language = fields.String()


class OwnersShape(Shape):
    items = fields.List(fields.Nested(OwnerShape))


class EnteredBy(Shape):
    """The organisation that entered it."""

    entered_by = fields.String(load_default=None)


class OrganisationQuery(EnteredBy, PageArgs):
    slug = fields.String(load_default=None)


OrganisationPage = page_of(OrganisationShape)
