"""The go-live gate."""

from __future__ import annotations

from typing import Any

from services.registry.api.asking import deps
from services.registry.schemas.gates import GateQuery, GateShape
from services.registry.use_cases import gates
from shared.app import Blueprint
from shared.auth import caller, requires

blp = Blueprint("gates", __name__, url_prefix="/v1", description="The go-live gate")


@blp.route("/gate")
@requires("registry:read")
@blp.arguments(GateQuery, location="query")
@blp.response(200, GateShape)
@blp.alt_response(404, "NOT_FOUND")
def gate(query: dict[str, Any]) -> Any:
    """May this customer's data flow to this sub-processor on that day?"""
    return gates.gate(
        deps(), caller(), query["processor"], query["sub_processor_id"],
        query["controller_id"], query["on"],
    )  # fmt: skip
