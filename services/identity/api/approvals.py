"""Where the registry has a second person asked."""

from __future__ import annotations

from typing import Any

from services.identity.api.context import deps
from services.identity.schemas.approvals import ApprovalAsked, PersonsAsked
from services.identity.use_cases import approvals
from shared.auth import caller, requires
from shared.openapi import Blueprint

blp = Blueprint("approvals", __name__, url_prefix="/v1", description="Approvals asked for")


@blp.route("/approval-mails", methods=["POST"])
@requires("identity:approvals")
@blp.arguments(ApprovalAsked)
@blp.response(200, PersonsAsked)
@blp.alt_response(404, "NOT_FOUND")
def ask(body: dict[str, Any]) -> Any:
    """For the registry: mail those who may approve a change that others have prepared."""
    return {"asked": approvals.ask(deps(), caller(), body)}
