"""The processor's proof that its customers were told."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask import Response, request

from services.notices.api import evidence_files, evidence_pdf
from services.notices.api.context import deps, page_request
from services.notices.schemas.evidence import EvidencePage, EvidenceQuery, ReachPage, ReachQuery
from services.notices.use_cases import evidence
from shared.auth import caller, requires
from shared.openapi import Blueprint
from shared.places import expensive
from shared.safe_text import disposition

blp = Blueprint("proof", __name__, url_prefix="/v1", description="Evidence")

JSON, CSV, PDF = "application/json", "text/csv", "application/pdf"


@blp.route("/changes/<change_id>/evidence")
@requires("notices:read")
@expensive
@blp.arguments(EvidenceQuery, location="query")
@blp.response(200, EvidencePage)
@blp.alt_response(404, "NOT_FOUND")
def of_change(query: dict[str, Any], change_id: str) -> object:
    """Per customer how, when and to whom a change was told (JSON pages, CSV or PDF, by Accept)."""
    event = evidence.event_of(deps(), caller(), change_id)
    wanted = request.accept_mimetypes.best_match([JSON, CSV, PDF], default=JSON)
    if wanted == CSV:
        lines = evidence_files.csv_lines(event, evidence.everything(deps(), event))
        return _file(lines, "text/csv; charset=utf-8", f"{change_id}.csv")
    if wanted == PDF:
        rows, now = evidence.for_pdf(deps(), event), deps().now()
        seals_at = f"{deps().settings.common.origin}/identity/seals"
        made = evidence_pdf.pdf(event, rows, now, query["lang"], seals_at)
        return _file(deps().seal(made, now), PDF, f"{change_id}-{query['lang']}.pdf")
    return evidence.page(deps(), event, page_request(query))


@blp.route("/reachability")
@requires("notices:read")
@expensive
@blp.arguments(ReachQuery, location="query")
@blp.response(200, ReachPage)
def reachability(query: dict[str, Any]) -> object:
    """Customers whom no channel reaches today, and why; a page may hold fewer than asked for."""
    return evidence.unreached(deps(), caller(), query["processor"], page_request(query))


def _file(content: Iterable[str] | bytes, kind: str, name: str) -> Response:
    headers = {"Content-Disposition": disposition("attachment", f"evidence-{name}")}
    return Response(content, content_type=kind, headers=headers)
