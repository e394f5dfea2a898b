"""Shapes of the gate."""

from __future__ import annotations

from marshmallow import fields

from shared.schemas import (
    Day,
    Shape,
)


class GateQuery(Shape):
    processor = fields.String(required=True)
    sub_processor_id = fields.String(required=True)
    controller_id = fields.String(required=True)
    on = Day(load_default=None)


class GateShape(Shape):
    answer = fields.String()
    until = Day(allow_none=True)
    reason = fields.String()
