"""Shapes of letters that a vendor records."""

from __future__ import annotations

from typing import get_args

from marshmallow import ValidationError, fields, validate, validates_schema

from services.registry.model.announcements import MOST_CHANGES
from services.registry.model.letters import Kind
from services.registry.model.objections import GROUNDS
from shared.schemas import Day, Instant, Shape, Text, each_once, one_of, page_of


class NewLetter(Shape):
    """``grounds`` and ``change_ids``: of an objection, as in one of the customer's own."""

    controller_id = Text(100, required=True)
    kind = one_of(*get_args(Kind), required=True)
    received_on = Day(required=True)
    text = Text(4_000, required=True)
    file_id = Text(100, load_default=None, allow_none=True)
    grounds = one_of(*GROUNDS, load_default="other")
    change_ids = fields.List(
        Text(100),
        load_default=None,
        allow_none=True,
        validate=[validate.Length(1, MOST_CHANGES), each_once],
    )

    @validates_schema
    def only_of_objections(self, data: dict[str, object], **_: object) -> None:
        if data["kind"] != "objection" and (data["change_ids"] or data["grounds"] != "other"):
            raise ValidationError("Only an objection has grounds and names changes.", "kind")


class LetterFile(Shape):
    name = fields.String()
    sha256 = fields.String()


class LetterShape(Shape):
    id = fields.String()
    change_id = fields.String()
    controller_id = fields.String()
    kind = fields.String()
    received_on = Day()
    text = fields.String()
    recorded_at = Instant()
    recorded_by = fields.String()
    file_id = fields.String(allow_none=True)
    file = fields.Nested(LetterFile, allow_none=True)
    objection_id = fields.String(allow_none=True)


LetterPage = page_of(LetterShape)
