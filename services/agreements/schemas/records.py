"""Records to hand over, as asked for and answered: Art. 30(2) GDPR, Art. 28(3) DORA."""

from __future__ import annotations

from marshmallow import fields, validate

from services.agreements.model.dora import TEMPLATES
from services.agreements.model.record import REQUIRED
from services.agreements.schemas.agreements import PartyShape
from shared.schemas import Day, Shape, Text


class RecordQuery(Shape):
    """``as_of``: the day, today if it is left out. ``lang``: the language of PDF and
    XLSX, and of the names of what transfers rest on."""

    as_of = Day(load_default=None)
    lang = fields.String(load_default="en", validate=validate.OneOf(["en", "da", "sv"]))


class InformationQuery(RecordQuery):
    """``controller_id``: the customer whom a vendor gives its rows."""

    controller_id = Text(80, load_default=None)


class InformationColumn(Shape):
    code = fields.String()
    name = fields.String()


class InformationRow(Shape):
    """``values`` by the code of the column; ``missing``: what must stand there and nobody has
    stated here."""

    about = fields.String()
    values = fields.Dict(keys=fields.String(), values=fields.String())
    missing = fields.List(fields.String())


class InformationTemplate(Shape):
    code = fields.String(validate=validate.OneOf(list(TEMPLATES)))
    name = fields.String()
    columns = fields.List(fields.Nested(InformationColumn))
    rows = fields.List(fields.Nested(InformationRow))


class InformationShape(Shape):
    """``note``: what this is, and what it is not."""

    as_of = Day()
    source = fields.String()
    note = fields.String()
    templates = fields.List(fields.Nested(InformationTemplate))


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
