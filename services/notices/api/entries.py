"""Where other services tell what happened."""

from __future__ import annotations

from typing import Any

from services.notices.api.context import deps
from services.notices.schemas.entries import Accepted, Entries
from services.notices.use_cases import intake
from shared.auth import requires
from shared.bodies import largest_body
from shared.idempotency import in_steps
from shared.openapi import Blueprint

# A relay posts half a mebibyte at a time, but no entry is too large to be told.
LARGEST_ENTRIES = 16 * 1024 * 1024

blp = Blueprint("entries", __name__, url_prefix="/v1", description="Ledger entries")


@blp.route("/entries", methods=["POST"])
@largest_body(LARGEST_ENTRIES)
@requires("notices:entries")
@in_steps
@blp.arguments(Entries)
@blp.response(200, Accepted)
@blp.alt_response(409, "CONFLICT")
def receive(body: dict[str, Any]) -> object:
    """Take in ledger entries, each stream in order; an entry taken in before is passed over."""
    return {"accepted": intake.receive(deps(), body["entries"])}
