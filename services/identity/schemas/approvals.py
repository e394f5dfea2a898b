"""A change that waits for a second person, as the registry tells it."""

from __future__ import annotations

from marshmallow import fields, validate

from shared.schemas import Flag, Shape, Text

MOST = validate.Length(max=50)


class ApprovalAsked(Shape):
    """``change``: its kind, and the entry before and after it, as far as a subject names them."""

    org_id = Text(100, required=True)
    slug = Text(60, required=True)
    change_id = Text(100, required=True)
    revision = fields.Integer(required=True)
    prepared_by = fields.List(Text(100), required=True, validate=[validate.Length(min=1), MOST])
    approved_by = fields.List(Text(100), required=True, validate=MOST)
    emergency = Flag(required=True)
    effective_on = Text(10, required=True)
    change = fields.Dict(keys=Text(60), values=fields.Raw(allow_none=True), required=True)


class PersonsAsked(Shape):
    """``asked``: how many persons may approve it."""

    asked = fields.Integer()
