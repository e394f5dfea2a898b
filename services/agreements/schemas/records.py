"""The record of processing (Art. 30(2) GDPR), as asked for and answered."""

from __future__ import annotations

from marshmallow import fields, validate

from services.agreements.model.record import REQUIRED
from services.agreements.schemas.agreements import PartyShape
from shared.schemas import Day, Shape


class RecordQuery(Shape):
    """``as_of``: the day, today if it is left out. ``lang``: the language of PDF and
    XLSX, and of the names of what transfers rest on."""

    as_of = Day(load_default=None)
    lang = fields.String(load_default="en", validate=validate.OneOf(["en", "da", "sv"]))


class TransferShape(Shape):
    recipient = fields.String()
    country = fields.String()
    region = fields.String(allow_none=True)
    kind = fields.String(allow_none=True)
    bases = fields.List(fields.String())
    verdict = fields.String(allow_none=True)


class RecordLine(Shape):
    """``missing``: what Art. 30(2) asks for and nobody has stated."""

    agreement_id = fields.String()
    version = fields.Integer()
    language = fields.String()
    processor = fields.Nested(PartyShape)
    controller = fields.Nested(PartyShape)
    since = Day()
    subject_matter = fields.String(allow_none=True)
    purpose = fields.String(allow_none=True)
    data_categories = fields.List(fields.String())
    data_subjects = fields.List(fields.String())
    special_categories = fields.Boolean()
    measures = fields.List(fields.String())
    recipients = fields.List(fields.String())
    transfers = fields.List(fields.Nested(TransferShape))
    missing = fields.List(fields.String(validate=validate.OneOf(list(REQUIRED))))


class RecordShape(Shape):
    as_of = Day()
    items = fields.List(fields.Nested(RecordLine))
