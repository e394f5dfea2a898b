"""What other services ask: notice terms, and what binds two parties."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from services.agreements.api.context import deps, page_request
from services.agreements.schemas.terms import (
    CoveringPage,
    CoversQuery,
    NoticeTermsIn,
    NoticeTermsOfAll,
    OfferPage,
    OffersQuery,
    ProcessorQuery,
    Relation,
    RelationQuery,
    TextsOfAll,
)
from services.agreements.use_cases import reading
from shared.auth import requires
from shared.openapi import Blueprint
from shared.pagination import Page

blp = Blueprint("terms", __name__, url_prefix="/v1", description="For other services")


@blp.route("/notice-terms", methods=["POST"])
@requires("agreements:terms")
@blp.arguments(NoticeTermsIn)
@blp.response(200, NoticeTermsOfAll)
def notice_terms(body: dict[str, Any]) -> Mapping[str, Any]:
    """For services: how many agreements share which notice terms, what they cover, and the
    watermark. It reads only; customers whose covers are wanted apart are too many for a query."""
    return reading.notice_terms(deps(), body["processor_id"], body["apart"])


@blp.route("/offers")
@requires("agreements:terms")
@blp.arguments(OffersQuery, location="query")
@blp.response(200, OfferPage)
def offers(query: dict[str, Any]) -> Page:
    """For services: the offers that wait for a processor to accept them."""
    return reading.unsigned(deps(), query["processor_id"], page_request(query))


@blp.route("/texts")
@requires("agreements:terms")
@blp.arguments(ProcessorQuery, location="query")
@blp.response(200, TextsOfAll)
def texts(query: dict[str, Any]) -> Mapping[str, Any]:
    """For services: what a processor's templates and agreements say of the processing, measures and
    annexes; agreements that say the same are told once."""
    return {"items": reading.texts(deps(), query["processor_id"])}


@blp.route("/covers")
@requires("agreements:terms")
@blp.arguments(CoversQuery, location="query")
@blp.response(200, CoveringPage)
def covers(query: dict[str, Any]) -> Page:
    """For services: the agreements of a processor whose customers are owed notice, and what each
    of them covers."""
    page = page_request(query)
    return reading.covers(deps(), query["processor_id"], query["controller_id"], page)


@blp.route("/relation")
@requires("agreements:terms")
@blp.arguments(RelationQuery, location="query")
@blp.response(200, Relation)
@blp.alt_response(404, "NOT_FOUND")
def relation(query: dict[str, Any]) -> Mapping[str, Any]:
    """For services: what binds, or bound, a processor and a controller."""
    return reading.relation(deps(), query["processor_id"], query["controller_id"])
