"""Shapes of simulations."""

from __future__ import annotations

from typing import Any

from marshmallow import fields

from services.registry.model.simulations import LISTED, Simulation, Touched
from services.registry.schemas.changes import GroupShape
from services.registry.schemas.entries import VerdictShape
from shared.schemas import Day, Shape, Text


class SimulationIn(Shape):
    instrument_id = Text(60, required=True)
    ends_on = Day(required=True, metadata={"description": "The first day without effect"})


class PartyShape(Shape):
    id = fields.String()
    slug = fields.String()
    legal_name = fields.String()


class TransferLost(Shape):
    """One place of one entry, with its verdict on the day with and without the instrument."""

    processor = fields.Nested(PartyShape)
    sub_processor = fields.Dict()
    location = fields.Dict()
    before = fields.Nested(VerdictShape)
    after = fields.Nested(VerdictShape)


class OwedGroup(GroupShape):
    days_without_basis = fields.Integer()


class OwedShape(Shape):
    """Notices owed by one processor, and the earliest day on which a replacement may have effect
    if it is announced today."""

    processor = fields.Nested(PartyShape)
    notices = fields.Integer()
    earliest_effective_on = Day(allow_none=True)
    groups = fields.List(fields.Nested(OwedGroup))


class SimulatedInstrument(Shape):
    id = fields.String()
    name = fields.String()


class Totals(Shape):
    """``customers`` are counted once for each processor and notice terms, as in every preview."""

    registers = fields.Integer()
    lost = fields.Integer()
    saved = fields.Integer()
    unaffected = fields.Integer()
    agreements = fields.Integer()
    customers = fields.Integer()
    notices_owed = fields.Integer()


class SimulationShape(Shape):
    instrument = fields.Nested(SimulatedInstrument)
    ends_on = Day()
    last_day = Day()
    totals = fields.Nested(Totals)
    lost = fields.List(fields.Nested(TransferLost))
    saved = fields.List(fields.Nested(TransferLost))
    notices_owed = fields.List(fields.Nested(OwedShape))


def simulated(told: Simulation) -> dict[str, Any]:
    """The answer; lists hold ``LISTED`` transfers at most, the totals count them all."""
    return {
        "instrument": {"id": told.instrument.id, "name": told.instrument.name},
        "ends_on": told.ends_on,
        "last_day": told.last_day,
        "totals": _totals(told),
        "lost": _listed(told, "lost"),
        "saved": _listed(told, "saved"),
        "notices_owed": [_owed(each, told) for each in told.owing()],
    }


def _totals(told: Simulation) -> dict[str, int]:
    return {
        "registers": sum(bool(each.of("lost") or each.of("saved")) for each in told.touched),
        "lost": len(told.of("lost")),
        "saved": len(told.of("saved")),
        "unaffected": len(told.of("unaffected")),
        "agreements": sum(each.agreements for each in told.touched),
        "customers": sum(each.customers for each in told.touched),
        "notices_owed": sum(each.agreements for each in told.owing()),
    }


def _listed(told: Simulation, outcome: Any) -> list[dict[str, Any]]:
    return [
        {
            "processor": register,
            "sub_processor": {"id": each.sub_processor_id, "legal_name": each.legal_name},
            "location": each.place,
            "before": each.before.to_mapping(),
            "after": each.after.to_mapping(),
        }
        for register, each in told.of(outcome)[:LISTED]
    ]


def _owed(touched: Touched, told: Simulation) -> dict[str, Any]:
    return {
        "processor": touched.register,
        "notices": touched.agreements,
        "earliest_effective_on": touched.earliest,
        "groups": [
            {**vars(each.group), "days_without_basis": each.days_without_basis}
            for each in touched.owed(told.ends_on)
        ],
    }
