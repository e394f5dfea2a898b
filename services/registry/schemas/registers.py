"""Shapes of registers, their history and their transfers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from marshmallow import ValidationError, fields, validate, validates_schema

from services.registry.schemas.entries import (
    ListedShape,
    LocationShape,
    SubProcessorIn,
)
from services.registry.schemas.pages import PublicLook
from services.registry.transfers.laws import regimes
from shared.schemas import (
    Day,
    Flag,
    Instant,
    Language,
    Shape,
    Whole,
    each_once,
    one_of,
    page_of,
)

# The longest period that a register can state for agreements without a number: a year.
LONGEST = {"days": 366, "business_days": 261, "weeks": 52, "months": 12, "years": 1}


class LengthShape(Shape):
    value = Whole(1, max(LONGEST.values()), required=True)
    unit = one_of(*LONGEST, required=True)

    @validates_schema
    def _a_year_at_most(self, members: Mapping[str, Any], **_: Any) -> None:
        most = LONGEST[members["unit"]]
        if members["value"] > most:
            raise ValidationError(f"Up to {most} {members['unit']} can be stated.", "value")


class DefaultPeriod(Shape):
    """Its length only: what it runs from, and how its days count, is each agreement's own."""

    length = fields.Nested(LengthShape, required=True, allow_none=True)


class DefaultTerms(Shape):
    notice = fields.Nested(DefaultPeriod, load_default=None, allow_none=True)
    objection = fields.Nested(DefaultPeriod, load_default=None, allow_none=True)


class AdoptedShape(Shape):
    """A register whose first list was just taken over."""

    id = fields.String()
    slug = fields.String()
    legal_name = fields.String()
    registration_number = fields.String(allow_none=True)
    country = fields.String()
    address = fields.Dict(allow_none=True)
    locale = Language()
    website = fields.String(allow_none=True)
    privacy_contact = fields.String(allow_none=True)
    time_zone = fields.String()
    updated_at = Instant()
    page = fields.Nested(PublicLook)
    regimes = fields.List(
        fields.String(), metadata={"description": "The laws that bind it; none: that of its seat"}
    )
    default_terms = fields.Nested(
        DefaultTerms,
        allow_none=True,
        metadata={"description": "The periods of agreements that name no number of days"},
    )


class RegisterInList(AdoptedShape):
    """A register among others."""

    changed_on = Day(
        allow_none=True,
        metadata={"description": "The last day on which the list changed"},
    )


class RegisterShape(RegisterInList):
    """A register, and how far its ledger has come."""

    sequence = fields.Integer()
    head_hash = fields.String()
    published = Flag()


class RegisterEdit(Shape):
    """Which laws bind the transfers of this vendor, of which that of its seat is always one; and
    the periods that count where an agreement names no number of days."""

    regimes = fields.List(one_of(*regimes()), validate=[validate.Length(1, 3), each_once])
    default_terms = fields.Nested(DefaultTerms, allow_none=True)

    @validates_schema(skip_on_field_errors=True)
    def _something(self, members: Mapping[str, Any], **_: Any) -> None:
        if not members:
            raise ValidationError("Send regimes, default_terms or both.")


class BaselineEntry(SubProcessorIn):
    """An entry of the list that is taken over, with the day since which it is on the list."""

    valid_from = Day(load_default=None, allow_none=True)


class Baseline(Shape):
    valid_from = Day(required=True)
    sub_processors = fields.List(
        fields.Nested(BaselineEntry), required=True, validate=validate.Length(min=1, max=500)
    )


class ListQuery(Shape):
    as_of = Day(load_default=None)
    recorded_as_of = Instant(load_default=None)


class AsOfQuery(Shape):
    as_of = Day(load_default=None)


class PublicListShape(Shape):
    keys = fields.List(fields.String())
    listed = fields.List(fields.Nested(ListedShape))
    listed_at = fields.List(fields.Integer())


class PublicKeysAsked(AsOfQuery):
    keys = fields.List(fields.String(), required=True, validate=validate.Length(max=1000))


class PublicEntries(Shape):
    """``places``: each once, as many entries share one; ``entries`` name them by position. Both
    have the members that anybody may see (decision 0026), as ``/p/{slug}.json``."""

    places = fields.List(fields.Dict())
    entries = fields.List(fields.Dict())


class DiffQuery(Shape):
    first = Day(required=True, data_key="from")
    second = Day(required=True, data_key="to")


class TransfersQuery(Shape):
    as_of = Day(load_default=None)
    horizon_days = fields.Integer(load_default=0, validate=validate.Range(0, 3650))


class PartChange(Shape):
    pointer = fields.String()
    before = fields.Raw(allow_none=True)
    after = fields.Raw(allow_none=True)


class FieldChange(Shape):
    """``parts``: where inside the member it differs (RFC 6901), if it holds members itself."""

    field = fields.String()
    before = fields.Raw(allow_none=True)
    after = fields.Raw(allow_none=True)
    parts = fields.List(fields.Nested(PartChange))


class DiffShape(Shape):
    kind = fields.String()
    id = fields.String()
    legal_name = fields.String()
    fields_ = fields.List(fields.Nested(FieldChange), attribute="fields", data_key="fields")


class TransferShape(LocationShape):
    sub_processor_id = fields.String()
    legal_name = fields.String()


DiffList = Shape.from_dict({"items": fields.List(fields.Nested(DiffShape))}, name="DiffList")


TransferList = Shape.from_dict(
    {"items": fields.List(fields.Nested(TransferShape))}, name="TransferList"
)


RegisterPage = page_of(RegisterInList)
