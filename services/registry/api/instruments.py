"""Transfer instruments."""

from __future__ import annotations

from typing import Any

from services.registry.schemas.instruments import InstrumentList
from services.registry.schemas.registers import AsOfQuery
from services.registry.use_cases import instruments
from shared.app import Blueprint
from shared.auth import requires

blp = Blueprint("instruments", __name__, url_prefix="/v1", description="Transfer instruments")


@blp.route("/instruments")
@requires("registry:read")
@blp.arguments(AsOfQuery, location="query")
@blp.response(200, InstrumentList)
def instrument_list(query: dict[str, Any]) -> Any:
    """Transfer instruments, all of them or those in force on a day."""
    return {"items": instruments.all_of(query["as_of"])}


@blp.route("/instruments/<instrument_id>")
@requires("registry:read")
@blp.response(200)
@blp.alt_response(404, "NOT_FOUND")
def instrument(instrument_id: str) -> Any:
    return instruments.one(instrument_id)
