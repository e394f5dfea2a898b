"""Shapes of receipts of notices."""

from __future__ import annotations

from marshmallow import fields, validate

from shared.schemas import Instant, Shape


class ReceiptsQuery(Shape):
    """Both are ids, separated by commas."""

    change_ids = fields.String(required=True, validate=validate.Length(1, 20_000))
    agreement_ids = fields.String(required=True, validate=validate.Length(1, 20_000))


class ReceiptShape(Shape):
    change_id = fields.String()
    agreement_id = fields.String()
    sent_at = Instant(allow_none=True)
    delivered_at = Instant(allow_none=True)
    acknowledged_at = Instant(allow_none=True)


ReceiptList = Shape.from_dict(
    {"items": fields.List(fields.Nested(ReceiptShape))}, name="ReceiptList"
)
