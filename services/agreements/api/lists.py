"""The routes of counts and of the export."""

from __future__ import annotations

from typing import Any

from flask import Response

from services.agreements.api.context import deps
from services.agreements.api.csv_export import lines
from services.agreements.schemas.lists import CountsShape, Filters
from services.agreements.use_cases import reading
from shared.auth import caller, requires
from shared.openapi import Blueprint
from shared.places import expensive
from shared.safe_text import disposition

blp = Blueprint("lists", __name__, url_prefix="/v1", description="Counts and export")


@blp.route("/counts")
@requires("agreements:read")
@blp.response(200, CountsShape)
def counts() -> dict[str, Any]:
    """How many of the caller's agreements are in which status."""
    counts_by_status = reading.counts(deps(), caller())
    return {"by_status": counts_by_status, "total": sum(counts_by_status.values())}


@blp.route("/export.csv")
@requires("agreements:read")
@expensive
@blp.arguments(Filters, location="query")
@blp.response(200, content_type="text/csv")
def export(query: dict[str, Any]) -> Response:
    """The same list as CSV, streamed: UTF-8, one agreement a line."""
    agreements = reading.every(deps(), caller(), query)
    response = Response(lines(agreements), content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = disposition("attachment", "agreements.csv")
    return response
