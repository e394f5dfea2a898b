"""Shapes of what became of the data when a sub-processor was no longer used."""

from __future__ import annotations

from typing import get_args

from marshmallow import ValidationError, fields, validates_schema

from services.registry.model.deletions import Kind
from shared.schemas import Day, Instant, Line, Shape, Text, one_of


class NewConfirmation(Shape):
    """``confirmed_by``: who said it at the sub-processor. ``note``: of what is kept by law, which
    law requires it and until when. ``listed_until``: the last day of the use that is meant, where
    the entry was used several times; by default the last use, which must be over."""

    kind = one_of(*get_args(Kind), required=True)
    confirmed_on = Day(required=True)
    confirmed_by = Line(200, required=True)
    file_id = Text(100, load_default=None, allow_none=True)
    note = Text(2_000, load_default=None, allow_none=True)
    listed_until = Day(load_default=None, allow_none=True)

    @validates_schema(skip_on_field_errors=True)
    def names_the_law(self, data: dict[str, object], **_: object) -> None:
        if data["kind"] == "kept_by_law" and not data["note"]:
            raise ValidationError("Say which law requires the data to be kept.", "note")


class ConfirmationFile(Shape):
    name = fields.String()
    sha256 = fields.String()


class ConfirmationShape(Shape):
    id = fields.String()
    version = fields.Integer()
    kind = fields.String()
    confirmed_on = Day()
    confirmed_by = fields.String(allow_none=True)
    file_id = fields.String(allow_none=True)
    file = fields.Nested(ConfirmationFile, allow_none=True)
    note = fields.String(allow_none=True)
    recorded_at = Instant()
    recorded_by = fields.String()


class EndShape(Shape):
    """``confirmations``: the newest, which counts, first; the others are what it corrected."""

    listed_until = Day()
    due_on = Day()
    confirmations = fields.List(fields.Nested(ConfirmationShape))


class DeletionShape(Shape):
    """``due_on``: the day by which it is to be confirmed; it and ``listed_until`` are null while
    the entry is in use. ``confirmations``: of the last end, as in ``ends``, which has each end of a
    use, the latest first."""

    sub_processor_id = fields.String()
    legal_name = fields.String()
    listed_until = Day(allow_none=True)
    due_on = Day(allow_none=True)
    confirmations = fields.List(fields.Nested(ConfirmationShape))
    ends = fields.List(fields.Nested(EndShape))
