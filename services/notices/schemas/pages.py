"""Shapes of pages that show a notice."""

from __future__ import annotations

from marshmallow import fields

from shared.schemas import Shape


class FactShape(Shape):
    label = fields.String()
    value = fields.String()
    strong = fields.Boolean()


class PlaceShape(Shape):
    name = fields.String()
    kind = fields.String()
    verdict = fields.String()
    tone = fields.String()
    notes = fields.List(fields.String())


class DifferenceShape(Shape):
    label = fields.String()
    before = fields.String()
    after = fields.String()


class DifferencesShape(Shape):
    """What changes in an entry; ``before`` and ``after`` head the columns."""

    heading = fields.String()
    before = fields.String()
    after = fields.String()
    lines = fields.List(fields.Nested(DifferenceShape))


class SectionShape(Shape):
    heading = fields.String()
    facts = fields.List(fields.Nested(FactShape))
    differences = fields.Nested(DifferencesShape, allow_none=True)
    places_heading = fields.String()
    places = fields.List(fields.Nested(PlaceShape))


class NoticePageShape(Shape):
    heading = fields.String()
    warning = fields.String()
    sections = fields.List(fields.Nested(SectionShape))
    approved_by = fields.String()
    counting = fields.String()
