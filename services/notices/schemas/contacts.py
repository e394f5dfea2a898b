"""Shapes of whom a customer names for notices."""

from __future__ import annotations

from typing import Any

from marshmallow import fields, validate

from services.notices.letters import LANGUAGES
from shared.egress import LONGEST_URL
from shared.schemas import Email, Instant, Line, Shape, Text, one_of


class ContactShape(Shape):
    name = Line(200, required=True)
    position = Line(200, load_default=None, allow_none=True)
    email = Email(required=True)
    language = one_of(*LANGUAGES, allow_none=True)


class NewAddress(Shape):
    """An address of the customer for a channel; ``form``: the tool, such as slack or teams."""

    form = Text(20, required=True)
    url = fields.String(required=True, validate=validate.Length(1, LONGEST_URL), load_only=True)


def _contacts(**more: Any) -> fields.List[Any]:
    return fields.List(fields.Nested(ContactShape), validate=validate.Length(1, 20), **more)


class ContactsChange(Shape):
    """``addresses``: by channel. ``by_processor``: by slug or id of a vendor, whom this one writes
    to in place of ``contacts``. Null takes one away, and those left out stay as they are."""

    contacts = _contacts(required=True)
    by_processor = fields.Dict(
        keys=Text(200),
        values=_contacts(allow_none=True),
        load_default=dict,
        validate=validate.Length(max=200),
    )
    addresses = fields.Dict(
        keys=fields.String(validate=validate.Length(1, 20)),
        values=fields.Nested(NewAddress, allow_none=True),
        load_default=dict,
        validate=validate.Length(max=5),
    )


class AddressShape(Shape):
    """``shown``: the host alone, for the rest of the URL is a secret."""

    form = fields.String()
    shown = fields.String()


class VerifiedShape(Shape):
    """``at``: when somebody last used a link that was mailed to this address. ``how``: for what:
    acknowledged, approved, objected, accepted and so on. Another address, or one that a mail came
    back from, is unverified again."""

    email = fields.String()
    at = Instant()
    how = fields.String()


class ContactsShape(Shape):
    contacts = fields.List(fields.Nested(ContactShape))
    by_processor = fields.Dict(
        keys=fields.String(),
        values=fields.List(fields.Nested(ContactShape)),
        metadata={"description": "By the slug of a vendor: whom this one writes to instead"},
    )
    verified = fields.List(fields.Nested(VerifiedShape))
    addresses = fields.Dict(keys=fields.String(), values=fields.Nested(AddressShape))
    source = fields.String()
