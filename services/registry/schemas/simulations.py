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


def simulated(simulation: Simulation) -> dict[str, Any]:
    """The answer; lists hold ``LISTED`` transfers at most, the totals count them all."""
    return {
        "instrument": {"id": simulation.instrument.id, "name": simulation.instrument.name},
        "ends_on": simulation.ends_on,
        "last_day": simulation.last_day,
        "totals": _totals(simulation),
        "lost": _listed(simulation, "lost"),
        "saved": _listed(simulation, "saved"),
        "notices_owed": [_owed(touched, simulation) for touched in simulation.owing()],
    }


def _totals(simulation: Simulation) -> dict[str, int]:
    return {
        "registers": sum(
            bool(touched.of("lost") or touched.of("saved")) for touched in simulation.touched
        ),
        "lost": len(simulation.of("lost")),
        "saved": len(simulation.of("saved")),
        "unaffected": len(simulation.of("unaffected")),
        "agreements": sum(touched.agreements for touched in simulation.touched),
        "customers": sum(touched.customers for touched in simulation.touched),
        "notices_owed": sum(touched.notices for touched in simulation.owing()),
    }


def _listed(simulation: Simulation, outcome: Any) -> list[dict[str, Any]]:
    return [
        {
            "processor": register,
            "sub_processor": {"id": reliance.sub_processor_id, "legal_name": reliance.legal_name},
            "location": reliance.place,
            "before": reliance.before.to_mapping(),
            "after": reliance.after.to_mapping(),
        }
        for register, reliance in simulation.of(outcome)[:LISTED]
    ]


def _owed(touched: Touched, simulation: Simulation) -> dict[str, Any]:
    return {
        "processor": touched.register,
        "notices": touched.notices,
        "earliest_effective_on": touched.earliest,
        "groups": [
            {**vars(notice.group), "days_without_basis": notice.days_without_basis}
            for notice in touched.owed(simulation.ends_on)
        ],
    }
