"""Shapes of a batch of customers, as identity sends it: rows of cells, and what became of them."""

from __future__ import annotations

from marshmallow import fields, validate

from services.agreements.schemas.agreements import SHA256, NewParty
from services.agreements.schemas.imports import ImportedContent, Signatory
from services.agreements.schemas.notice_terms import ContactShape
from shared.schemas import Day, Flag, Language, Line, Shape, Text, one_of

MOST_ROWS = 200
ID = validate.Length(min=1, max=100)


class PartyIn(NewParty):
    """An organisation as identity holds it; ``contacts``: whom its notices go to."""

    id = fields.String(required=True, validate=ID)
    slug = fields.String(required=True, validate=ID)
    legal_name = Line(300, required=True)
    locale = Language(load_default="en")
    time_zone = fields.String(load_default=None, allow_none=True)
    contacts = fields.List(
        fields.Nested(ContactShape), load_default=list, validate=validate.Length(max=20)
    )


class RowIn(Shape):
    row = fields.Integer(required=True, strict=True)
    controller = fields.Nested(PartyIn, required=True)
    addressed_to = fields.String(load_default=None, allow_none=True, validate=ID)
    cells = fields.Dict(keys=fields.String(), values=fields.String(), required=True)


class CustomersIn(Shape):
    """``dry_run``: nothing is written; the answer says what would become of each row."""

    processor = fields.Nested(PartyIn, required=True)
    client_id = fields.String(required=True, validate=ID)
    dry_run = Flag(load_default=False)
    rows = fields.List(
        fields.Nested(RowIn), required=True, validate=validate.Length(min=1, max=MOST_ROWS)
    )


class SignedElsewhere(Shape):
    """What the cells of an agreement that was signed elsewhere say."""

    reference = Text(100, required=True)
    signed_on = Day(required=True)
    pdf_sha256 = fields.String(load_default=None, validate=SHA256)
    processor_signatory = fields.Nested(Signatory, required=True)
    controller_signatory = fields.Nested(Signatory, load_default=None)
    content = fields.Nested(ImportedContent, required=True)


class FromTemplate(Shape):
    """What the cells of a draft say. ``offer``: it goes to the customer at once."""

    reference = Text(100, load_default=None)
    template = Text(200, required=True)
    offer = Flag(load_default=False)
    content = fields.Nested(ImportedContent, required=True)


class CellErrorShape(Shape):
    """``column``: of which cell, null for the whole row; ``candidates``: what it may hold."""

    column = fields.String(allow_none=True)
    code = fields.String()
    detail = fields.String()
    candidates = fields.List(fields.String())


class DifferenceShape(Shape):
    member = fields.String()
    here = fields.Raw(allow_none=True)
    file = fields.Raw(allow_none=True)


class CustomerOutcomeShape(Shape):
    row = fields.Integer()
    status = one_of("none", "ready", "added", "unchanged", "differs", "refused")
    agreement_id = fields.String(allow_none=True)
    agreement_status = fields.String(allow_none=True)
    errors = fields.List(fields.Nested(CellErrorShape))
    differences = fields.List(fields.Nested(DifferenceShape))


class CustomersOut(Shape):
    outcomes = fields.List(fields.Nested(CustomerOutcomeShape))


class ColumnShape(Shape):
    name = fields.String()
    headings = fields.List(fields.String())
    candidates = fields.List(fields.String())


class ColumnsShape(Shape):
    """The columns of a list of customers that speak of agreements."""

    columns = fields.List(fields.Nested(ColumnShape))
