"""Shapes of registers, their history and their transfers."""

from __future__ import annotations

from marshmallow import ValidationError, fields, validate

from services.registry.schemas.entries import LocationShape, SubProcessorIn
from services.registry.transfers.laws import regimes
from shared.schemas import (
    Day,
    Instant,
    Language,
    Shape,
    one_of,
    page_of,
)


def each_once(values: list[str]) -> None:
    if len(set(values)) < len(values):
        raise ValidationError("Name each law once.")


class RegisterShape(Shape):
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
    sequence = fields.Integer()
    head_hash = fields.String()
    regimes = fields.List(
        fields.String(), metadata={"description": "The laws that bind it; none: that of its seat"}
    )


class RegisterEdit(Shape):
    """Which laws bind the transfers of this vendor; that of its seat is always one of them."""

    regimes = fields.List(
        one_of(*regimes()), required=True, validate=[validate.Length(1, 3), each_once]
    )


class Baseline(Shape):
    valid_from = Day(required=True)
    sub_processors = fields.List(
        fields.Nested(SubProcessorIn), required=True, validate=validate.Length(min=1, max=500)
    )


class ListQuery(Shape):
    as_of = Day(load_default=None)
    recorded_as_of = Instant(load_default=None)


class AsOfQuery(Shape):
    as_of = Day(load_default=None)


class PublicKeysShape(Shape):
    keys = fields.List(fields.String())


class PublicKeysAsked(AsOfQuery):
    keys = fields.List(fields.String(), required=True, validate=validate.Length(max=1000))


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


RegisterPage = page_of(RegisterShape)
