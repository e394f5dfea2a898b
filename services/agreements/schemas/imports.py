"""Shapes of the import of signed agreements: a line of the CSV file, and its outcome."""

from __future__ import annotations

from marshmallow import fields

from services.agreements.schemas.agreements import SHA256, NewAgreement, NewParty
from shared.schemas import Day, Email, Line, SetAsideShape, Shape, Text, one_of


class FileShape(Shape):
    sha256 = fields.String()
    bytes = fields.Integer()


class Signatory(Shape):
    name = Line(200, required=True)
    title = Text(200, required=True)
    email = Email(required=True)


class ImportedContent(NewAgreement):
    """What a signed agreement says; its wording is in the PDF."""

    class Meta(NewAgreement.Meta):
        exclude = ("controller_id", "template_id", "party")


class ImportRow(Shape):
    reference = Text(100, required=True)
    controller = Text(80, required=True)
    party = fields.Nested(NewParty, load_default=dict)
    signed_on = Day(required=True)
    pdf_sha256 = fields.String(required=True, validate=SHA256)
    processor_signatory = fields.Nested(Signatory, required=True)
    controller_signatory = fields.Nested(Signatory, required=True)
    content = fields.Nested(ImportedContent, required=True)


class RowErrorShape(Shape):
    """What keeps a line from being imported. ``column``: of which cell, null for the whole line;
    ``agreement_id``: the agreement that is in the way."""

    line = fields.Integer()
    column = fields.String(allow_none=True)
    code = fields.String()
    detail = fields.String()
    agreement_id = fields.String()


class OutcomeShape(Shape):
    line = fields.Integer()
    reference = fields.String(allow_none=True)
    status = fields.String()
    agreement_id = fields.String(allow_none=True)
    agreement_status = fields.String(allow_none=True)
    errors = fields.List(fields.Nested(RowErrorShape))


class ImportShape(Shape):
    """``waiting``: the number of lines without an outcome; at 0 the import is ``finished``."""

    id = fields.String()
    status = one_of("working", "finished")
    waiting = fields.Integer()
    set_aside = fields.Nested(SetAsideShape, allow_none=True)
    imported = fields.Integer()
    already_imported = fields.Integer()
    refused = fields.Integer()
    rows = fields.List(fields.Nested(OutcomeShape))
