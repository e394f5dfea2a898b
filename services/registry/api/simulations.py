"""Simulations: what a legal shock would do."""

from __future__ import annotations

from typing import Any

from services.registry.api.context import deps
from services.registry.schemas.simulations import SimulationIn, SimulationShape, simulated
from services.registry.use_cases import simulations
from shared.app import Blueprint
from shared.auth import caller, requires
from shared.places import expensive

blp = Blueprint("simulations", __name__, url_prefix="/v1", description="Simulations")


@blp.route("/simulations", methods=["POST"])
@requires("registry:read")
@expensive
@blp.arguments(SimulationIn)
@blp.response(200, SimulationShape)
@blp.alt_response(404, "NOT_FOUND")
def simulate(body: dict[str, Any]) -> Any:
    """What would happen if an instrument ended on a day. Nothing is changed and nobody is told."""
    return simulated(simulations.simulate(deps(), caller(), body["instrument_id"], body["ends_on"]))
