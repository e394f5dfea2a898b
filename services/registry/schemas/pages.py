"""Shapes of the public page's settings, with the checklist before publishing."""

from __future__ import annotations

from marshmallow import fields

from shared.schemas import Day, Flag, Shape


class NamedEntry(Shape):
    id = fields.String()
    legal_name = fields.String()


class NamedPlace(Shape):
    country = fields.String(allow_none=True)
    region = fields.String(allow_none=True)
    organisation = fields.String(allow_none=True)
    kind = fields.String(allow_none=True)


class ActionShape(Shape):
    method = fields.String()
    path = fields.String()


class NeedShape(Shape):
    """A place that has no lawful basis, or none that is proven; ``place`` is null where the entry
    states none."""

    sub_processor = fields.Nested(NamedEntry)
    place = fields.Nested(NamedPlace, allow_none=True)
    codes = fields.List(fields.String())
    missing = fields.Dict(
        keys=fields.String(),
        values=fields.String(),
        metadata={"description": "What is missing, by language"},
    )
    action = fields.Nested(ActionShape)


class UnfilledShape(Shape):
    """Members (RFC 6901) of an entry that say nothing, or that nobody has stated yet."""

    sub_processor = fields.Nested(NamedEntry)
    members = fields.List(fields.String())
    action = fields.Nested(ActionShape)


class ChecklistShape(Shape):
    """``places`` counts an entry without a place once: it is ``fine`` and ``needs`` together."""

    places = fields.Integer()
    fine = fields.Integer()
    needs = fields.List(fields.Nested(NeedShape))
    unfilled = fields.List(fields.Nested(UnfilledShape))


class PageShape(Shape):
    published = Flag()
    published_on = Day(allow_none=True)
    checklist = fields.Nested(ChecklistShape)


class PageIn(Shape):
    """Whether anybody may read the register, or its customers only."""

    published = Flag(required=True)
