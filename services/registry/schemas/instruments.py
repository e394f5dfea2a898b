"""Shapes of transfer instruments."""

from __future__ import annotations

from marshmallow import fields

from shared.schemas import (
    Shape,
)

InstrumentList = Shape.from_dict({"items": fields.List(fields.Dict())}, name="InstrumentList")
