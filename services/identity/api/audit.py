"""The audit trail of the caller's organisation."""

from __future__ import annotations

from typing import Any

from services.identity.api.context import deps
from services.identity.schemas.audit import ActPage, AuditQuery
from services.identity.use_cases import trail
from shared.auth import caller, requires
from shared.openapi import Blueprint
from shared.pagination import PageRequest

blp = Blueprint("audit", __name__, url_prefix="/v1", description="Audit trail")


@blp.route("/audit")
@requires("identity:audit")
@blp.arguments(AuditQuery, location="query")
@blp.response(200, ActPage)
def audit(query: dict[str, Any]) -> Any:
    """Who did what to your organisation, its people, keys and sessions, the newest first.

    Each act is chained to the one before it. Who, from where and what changed stand in
    ``private``, never a secret, and are kept for two years.
    """
    page = PageRequest(query["limit"], query["cursor"])
    return trail.read(deps(), caller(), query["type"], query["since"], query["until"], page)
