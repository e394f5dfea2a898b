"""Changes that wait for a second person, as the registry tells of them."""

from __future__ import annotations

from marshmallow import fields, validate

from shared.schemas import Flag, Shape, Text

MOST = validate.Length(max=50)


class ApprovalAsked(Shape):
    """``changes``: the kind of each, and the entry before and after it, as far as a subject names
    them. ``revision``: another one once any of them was edited."""

    org_id = Text(100, required=True)
    slug = Text(60, required=True)
    change_ids = fields.List(Text(100), required=True, validate=[validate.Length(min=1), MOST])
    revision = fields.Integer(required=True)
    prepared_by = fields.List(Text(100), required=True, validate=validate.Length(1, 2_000))
    approved_by = fields.List(Text(100), required=True, validate=validate.Length(max=2_000))
    emergency = Flag(required=True)
    effective_on = Text(10, required=True)
    changes = fields.List(
        fields.Dict(keys=Text(60), values=fields.Raw(allow_none=True)),
        required=True,
        validate=[validate.Length(min=1), MOST],
    )


class PersonsAsked(Shape):
    """``asked``: how many persons may approve it."""

    asked = fields.Integer()
