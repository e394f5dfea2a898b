"""What other services ask: notice terms, and what binds two parties."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from services.agreements.api.context import deps, page_request
from services.agreements.schemas.terms import (
    NoticeTermsOfAll,
    OfferPage,
    OffersQuery,
    ProcessorQuery,
    Relation,
    RelationQuery,
)
from services.agreements.use_cases import reading
from shared.auth import requires
from shared.openapi import Blueprint
from shared.pagination import Page

blp = Blueprint("terms", __name__, url_prefix="/v1", description="For other services")


@blp.route("/notice-terms")
@requires("agreements:terms")
@blp.arguments(ProcessorQuery, location="query")
@blp.response(200, NoticeTermsOfAll)
def notice_terms(query: dict[str, Any]) -> Mapping[str, Any]:
    """For services: how many agreements in force share which notice terms, and the watermark."""
    return reading.notice_terms(deps(), query["processor_id"])


@blp.route("/offers")
@requires("agreements:terms")
@blp.arguments(OffersQuery, location="query")
@blp.response(200, OfferPage)
def offers(query: dict[str, Any]) -> Page:
    """For services: the offers that wait for a processor to accept them."""
    return reading.unsigned(deps(), query["processor_id"], page_request(query))


@blp.route("/relation")
@requires("agreements:terms")
@blp.arguments(RelationQuery, location="query")
@blp.response(200, Relation)
@blp.alt_response(404, "NOT_FOUND")
def relation(query: dict[str, Any]) -> Mapping[str, Any]:
    """For services: what binds, or bound, a processor and a controller."""
    return reading.relation(deps(), query["processor_id"], query["controller_id"])
