"""Shapes of imports of customers: the report, its rows, questions and their answers."""

from __future__ import annotations

from marshmallow import fields, validate

from services.identity.importing.columns import members
from services.identity.model.customer_imports import STATES
from shared.importing.country_names import LANGUAGES
from shared.importing.shapes import (
    ColumnShape,
    FailureShape,
    QuestionOfRow,
    QuestionShape,
    RememberedShape,
)
from shared.schemas import Flag, Instant, PageArgs, Shape, Text, one_of, page_of


class ImportQuery(Shape):
    dry_run = fields.Boolean(truthy={"true"}, falsy={"false"}, load_default=False)
    ask_again = fields.Boolean(truthy={"true"}, falsy={"false"}, load_default=False)
    language = one_of(*LANGUAGES, load_default=None)


class ImportBegun(Shape):
    id = fields.String()
    status = fields.String()
    rows_total = fields.Integer()


class RefusalOfRow(Shape):
    column = fields.String(allow_none=True)
    code = fields.String()
    detail = fields.String()


class RefusalShape(RefusalOfRow):
    row = fields.Integer()


class ImportShape(Shape):
    """``status``: ``queued`` while rows are read, ``waiting`` for answers, ``done``, ``cancelled``
    or ``failed``. The first 200 questions and refusals; the rows hold all."""

    id = fields.String()
    status = fields.String()
    failure = fields.Nested(FailureShape, allow_none=True)
    created_at = Instant()
    format = fields.String()
    language = fields.String()
    dry_run = fields.Boolean()
    columns = fields.List(fields.Nested(ColumnShape))
    unread_columns = fields.List(fields.String())
    rows_total = fields.Integer()
    rows_done = fields.Integer()
    ready = fields.Integer()
    added = fields.Integer()
    differs = fields.Integer()
    unchanged = fields.Integer()
    waiting = fields.Integer()
    cancelled = fields.Integer()
    refused_total = fields.Integer()
    refused = fields.List(fields.Nested(RefusalShape))
    questions = fields.List(fields.Nested(QuestionShape))
    remembered = fields.List(fields.Nested(RememberedShape))


class RowQuery(PageArgs):
    state = one_of(*STATES, load_default=None)


class DifferenceShape(Shape):
    """``here``: as it is kept; ``file``: as the row has it. Nothing is changed."""

    member = fields.String()
    here = fields.Raw(allow_none=True)
    file = fields.Raw(allow_none=True)


class RowShape(Shape):
    row = fields.Integer()
    state = fields.String()
    legal_name = fields.String(allow_none=True)
    organisation_id = fields.String(allow_none=True)
    agreement_id = fields.String(allow_none=True)
    agreement_status = fields.String(allow_none=True)
    added = fields.List(fields.String())
    differences = fields.List(fields.Nested(DifferenceShape))
    remarks = fields.List(fields.String())
    refusals = fields.List(fields.Nested(RefusalOfRow))
    questions = fields.List(fields.Nested(QuestionOfRow))


class AnswerIn(Shape):
    id = fields.String(required=True)
    values = fields.List(Text(300), required=True, validate=validate.Length(max=1))
    everywhere = Flag(load_default=False)


class AnswersIn(Shape):
    answers = fields.List(
        fields.Nested(AnswerIn), required=True, validate=validate.Length(min=1, max=500)
    )


ImportPage = page_of(ImportBegun)
RowPage = page_of(RowShape)
ABOUT_COLUMNS = (
    f"Columns are known by their headings in English, Danish and Swedish: {', '.join(members())}, "
    "and those of the import of signed agreements (`template`, `offer`, `signed_on`, `reference`, "
    "`products`, `notice_days` and the rest); any other is asked about once."
)
