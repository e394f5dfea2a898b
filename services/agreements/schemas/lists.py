"""Shapes of the queries of lists."""

from __future__ import annotations

from marshmallow import fields, validate

from services.agreements.model.agreement import STATUSES
from services.agreements.schemas.agreements import ORGANISATION
from shared.schemas import PageArgs, Shape, Text, one_of


class Filters(Shape):
    """``product``: also those that name no product, which are for all. ``expiring_within``:
    those in force whose last day is at most so many days away.
    """

    status = one_of(*STATUSES)
    controller_id = fields.String(validate=ORGANISATION)
    processor_id = fields.String(validate=ORGANISATION)
    product = Text(100)
    notice_days = fields.Integer(validate=validate.Range(0, 365))
    expiring_within = fields.Integer(validate=validate.Range(0, 3_650))


class AgreementQuery(Filters, PageArgs):
    pass


class CountsShape(Shape):
    by_status = fields.Dict(keys=fields.String(), values=fields.Integer())
    total = fields.Integer()
