"""Shapes of imports: how a file is described, the report, questions and their answers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, get_args

from marshmallow import ValidationError, fields, validate

from services.registry.model.imports import Into, RowState
from services.registry.schemas.entries import INSTRUMENTS, EntryShape, SubProcessorIn
from services.registry.schemas.pages import PageSettings
from services.registry.transfers import Instrument
from shared.importing.shapes import (
    ColumnShape,
    FailureShape,
    QuestionOfRow,
    QuestionShape,
    RememberedShape,
)
from shared.problems import invalid
from shared.schemas import (
    Day,
    Flag,
    Instant,
    Language,
    PageArgs,
    Shape,
    Text,
    one_of,
    page_of,
)


class ImportQuery(Shape):
    effective_on = Day(load_default=None)
    language = Language(load_default=None)
    reason = Text(2_000, load_default="Taken from a list.")
    into = one_of(*get_args(Into), load_default="changes")
    dry_run = fields.Boolean(truthy={"true"}, falsy={"false"}, load_default=False)
    ask_again = fields.Boolean(truthy={"true"}, falsy={"false"}, load_default=False)


class RefusalOfRow(Shape):
    pointer = fields.String()
    code = fields.String()
    detail = fields.String()


class RefusalShape(RefusalOfRow):
    row = fields.Integer()


class ImportShape(Shape):
    id = fields.String()
    status = fields.String()
    failure = fields.Nested(FailureShape, allow_none=True)
    created_at = Instant()
    format = fields.String()
    language = fields.String()
    effective_on = Day()
    reason = fields.String()
    columns = fields.List(fields.Nested(ColumnShape))
    unread_columns = fields.List(fields.String())
    rows_total = fields.Integer()
    rows_done = fields.Integer()
    drafted = fields.Integer()
    ready = fields.Integer()
    adopted = fields.Integer()
    joined = fields.Integer()
    unchanged = fields.Integer()
    discarded = fields.Integer()
    left = fields.Integer(metadata={"description": "Rows that an answer leaves out"})
    waiting = fields.Integer()
    refused_total = fields.Integer()
    refused = fields.List(fields.Nested(RefusalShape))
    questions = fields.List(fields.Nested(QuestionShape))
    remembered = fields.List(fields.Nested(RememberedShape))
    into = fields.String()
    dry_run = fields.Boolean()
    absent = fields.List(fields.String())
    absent_total = fields.Integer()


class ImportBegun(Shape):
    id = fields.String()
    status = fields.String()
    effective_on = Day()
    rows_total = fields.Integer()


class RowQuery(PageArgs):
    state = one_of(*get_args(RowState), load_default=None)


class RowShape(Shape):
    row = fields.Integer()
    state = fields.String()
    change_id = fields.String(allow_none=True)
    kind = fields.String(allow_none=True)
    sub_processor_id = fields.String(allow_none=True)
    remarks = fields.List(fields.String())
    refusals = fields.List(fields.Nested(RefusalOfRow))
    questions = fields.List(fields.Nested(QuestionOfRow))


class AnswerIn(Shape):
    id = fields.String(required=True)
    values = fields.List(Text(200), required=True, validate=validate.Length(max=60))
    everywhere = Flag(load_default=False)


class AnswersIn(Shape):
    answers = fields.List(
        fields.Nested(AnswerIn), required=True, validate=validate.Length(min=1, max=500)
    )


class ProcessorName(Shape):
    id = fields.String()
    slug = fields.String()
    legal_name = fields.String()


class ExportShape(Shape):
    processor = fields.Nested(ProcessorName)
    as_of = Day()
    page = fields.Nested(PageSettings)
    items = fields.List(fields.Nested(EntryShape))


RowPage = page_of(RowShape)
_ENTRY = SubProcessorIn()


def content_of(stated: Mapping[str, Any], instruments: Mapping[str, Instrument]) -> dict[str, Any]:
    """Contents as the API would take them. Raises ``Invalid`` with a pointer for each fault."""
    token = INSTRUMENTS.set(instruments)
    try:
        # Stored contents hold empty members, which the shape wants left out.
        said = {name: value for name, value in stated.items() if value not in (None, {})}
        content: dict[str, Any] = _ENTRY.load(said)
    except ValidationError as error:
        raise invalid(error.messages) from error
    finally:
        INSTRUMENTS.reset(token)
    return content
