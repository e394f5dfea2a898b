"""Shapes of the catalogue of companies."""

from __future__ import annotations

from marshmallow import fields

from services.registry.model.companies import MEMBERS, ORIGINS
from services.registry.schemas.entries import AddressShape
from shared.schemas import Country, Day, Line, PageArgs, Shape, by_language, one_of


class CompaniesQuery(PageArgs):
    q = Line(200, load_default=None, metadata={"description": "Part of a name"})


class SourceShape(Shape):
    url = fields.String(
        allow_none=True, metadata={"description": "Where it was read; of an own entry: its path"}
    )
    file = fields.String(
        allow_none=True, metadata={"description": "The name of the file that was read, if no page"}
    )
    read_on = Day(metadata={"description": "Of an own entry: the day it was recorded"})


class CompanyShape(Shape):
    """Members are null where no source was read; none of them is evidence."""

    name = fields.String()
    legal_name = fields.String(allow_none=True)
    registration_number = fields.String(allow_none=True)
    country = Country(allow_none=True, metadata={"description": "The seat"})
    address = fields.Nested(AddressShape, allow_none=True)
    website = fields.String(allow_none=True)
    own_list_url = fields.String(
        allow_none=True, metadata={"description": "The company's own list of sub-processors"}
    )
    dpf_name = fields.String(
        allow_none=True,
        metadata={"description": "As the Data Privacy Framework List spells it; no proof of it"},
    )
    sources = fields.Dict(keys=one_of("name", *MEMBERS), values=fields.Nested(SourceShape))
    origin = one_of(*ORIGINS, data_key="from", attribute="from")


class CompanyPage(Shape):
    items = fields.List(fields.Nested(CompanyShape))
    next_cursor = fields.String(allow_none=True)
    note = fields.String(metadata={"description": "A start, never evidence"})
    note_by_language = by_language(500)
