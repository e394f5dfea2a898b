"""Shapes of the gate."""

from __future__ import annotations

from marshmallow import fields, validate

from shared.schemas import (
    Day,
    Shape,
)

MOST_QUESTIONS = 100


class GateQuery(Shape):
    processor = fields.String(required=True)
    sub_processor_id = fields.String(required=True)
    controller_id = fields.String(required=True)
    on = Day(load_default=None)


class GateShape(Shape):
    answer = fields.String()
    until = Day(allow_none=True)
    reason = fields.String()
    reason_code = fields.String(allow_none=True)


class GateQuestions(Shape):
    questions = fields.List(
        fields.Nested(GateQuery), required=True, validate=validate.Length(1, MOST_QUESTIONS)
    )


class GateAnswer(GateShape):
    """One of many answers: ``answer`` is null if the question was refused; ``code`` says why."""

    answer = fields.String(allow_none=True)
    code = fields.String(allow_none=True)


GateAnswers = Shape.from_dict(
    {"answers": fields.List(fields.Nested(GateAnswer))}, name="GateAnswers"
)
