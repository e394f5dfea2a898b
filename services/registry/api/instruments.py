"""Transfer instruments: to read, to record for the platform, and to rehearse the end of one."""

from __future__ import annotations

from typing import Any

from services.registry.api.context import deps
from services.registry.api.languages import in_language, language_asked
from services.registry.schemas.instruments import (
    EvidenceForm,
    FormQuery,
    InstrumentEdit,
    InstrumentList,
    InstrumentShape,
    NewInstrument,
    PendingLaw,
)
from services.registry.schemas.registers import AsOfQuery
from services.registry.schemas.simulations import SimulationIn, SimulationShape, simulated
from services.registry.use_cases import instruments, simulations
from services.registry.use_cases.instruments import InstrumentView
from shared.auth import caller, public, requires
from shared.headers import etag_of, located, seen_revision
from shared.openapi import Blueprint
from shared.places import expensive

blp = Blueprint("instruments", __name__, url_prefix="/v1", description="Transfer instruments")


@blp.route("/instruments")
@requires("registry:read")
@blp.arguments(AsOfQuery, location="query")
@blp.response(200, InstrumentList)
def instrument_list(query: dict[str, Any]) -> Any:
    """Transfer instruments, all of them or those in force on a day; stale ones say so."""
    return {"items": instruments.all_of(deps(), query["as_of"])}


@blp.route("/instruments/<instrument_id>")
@requires("registry:read")
@blp.response(200)
@blp.alt_response(200, schema=InstrumentShape)
@blp.alt_response(404, "NOT_FOUND")
def instrument(instrument_id: str) -> Any:
    """One instrument as it counts now, with what the platform recorded of it."""
    return _shown(instruments.one(deps(), instrument_id))


@blp.route("/instruments/<instrument_id>/evidence")
@requires("registry:read")
@blp.arguments(FormQuery, location="query")
@blp.response(200, EvidenceForm)
@blp.alt_response(404, "NOT_FOUND")
def evidence_form(query: dict[str, Any], instrument_id: str) -> Any:
    """The evidence that an instrument takes, as a form in one language."""
    language = language_asked(query["language"])
    items = instruments.evidence_form(deps(), instrument_id, language)
    return in_language({"items": items}, language)


@blp.route("/instruments", methods=["POST"])
@requires("instruments:write")
@blp.arguments(NewInstrument)
@blp.response(201)
@blp.alt_response(201, schema=InstrumentShape)
@blp.alt_response(409, "CONFLICT")
@blp.alt_response(422, "UNPROCESSABLE_ENTITY")
def record(body: dict[str, Any]) -> Any:
    """Record an instrument that does not ship with the product."""
    view, headers = _shown(instruments.record(deps(), caller(), body))
    return view, {**headers, **located(f"/instruments/{view['id']}")}


@blp.route("/instruments/<instrument_id>", methods=["PATCH"])
@requires("instruments:write")
@blp.arguments(InstrumentEdit)
@blp.response(200)
@blp.alt_response(200, schema=InstrumentShape)
@blp.alt_response(404, "NOT_FOUND")
@blp.alt_response(412, "PRECONDITION_FAILED")
def amend(body: dict[str, Any], instrument_id: str) -> Any:
    """Record what has become of an instrument: its end, a new check, a remark."""
    return _shown(instruments.amend(deps(), caller(), instrument_id, seen_revision(), body))


@blp.route("/simulations", methods=["POST"])
@requires("registry:read")
@expensive
@blp.arguments(SimulationIn)
@blp.response(200, SimulationShape)
@blp.alt_response(404, "NOT_FOUND")
def simulate(body: dict[str, Any]) -> Any:
    """What would follow if an instrument ended on a day. Nothing is changed or announced."""
    return simulated(simulations.simulate(deps(), caller(), body["instrument_id"], body["ends_on"]))


@blp.route("/pending-law")
@public()
@blp.arguments(AsOfQuery, location="query")
@blp.response(200, PendingLaw)
def pending_law(query: dict[str, Any]) -> Any:
    """Law that is contested, pending or new, as known on a day; no draft decides a verdict."""
    return {"items": instruments.pending_law(deps(), query["as_of"])}


def _shown(view: InstrumentView) -> Any:
    body = {**view.record, "revision": view.revision, "history": view.history}
    return body, {"ETag": etag_of(view.revision)}
