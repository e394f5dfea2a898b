"""Companies: a start to fill a draft in from."""

from __future__ import annotations

from typing import Any

from services.registry.api.context import deps, page_request
from services.registry.schemas.companies import CompaniesQuery, CompanyPage
from services.registry.use_cases import companies
from shared.auth import caller, requires
from shared.openapi import Blueprint
from shared.places import expensive

blp = Blueprint("companies", __name__, url_prefix="/v1", description="Companies")


@blp.route("/companies")
@requires("registry:read")
@expensive
@blp.arguments(CompaniesQuery, location="query")
@blp.response(200, CompanyPage)
def known(query: dict[str, Any]) -> Any:
    """Well-known companies with what was read of each and where, and the caller's own entries.

    A start to fill a draft in from, never evidence: nothing is decided by it."""
    return companies.known(deps(), caller(), query["q"], page_request(query))
