"""Shapes that the reports of all imports have: columns, questions, answers taken again."""

from __future__ import annotations

from marshmallow import fields

from shared.schemas import Shape


class ColumnShape(Shape):
    name = fields.String()
    member = fields.String()
    remembered = fields.Boolean()


class RememberedShape(Shape):
    row = fields.Integer()
    member = fields.String()
    text = fields.String()
    values = fields.List(fields.String())


class QuestionOfRow(Shape):
    id = fields.String()
    member = fields.String()
    text = fields.String()
    code = fields.String()
    why = fields.String()
    candidates = fields.List(fields.String())


class QuestionShape(QuestionOfRow):
    row = fields.Integer(metadata={"description": "0: the question is about a column."})
    samples = fields.List(fields.String(), dump_default=())


class FailureShape(Shape):
    code = fields.String()
    detail = fields.String()
