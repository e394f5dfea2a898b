"""What became of the data when a sub-processor was no longer used."""

from __future__ import annotations

from typing import Any

from services.registry.api.context import PROCESSOR, deps
from services.registry.schemas.deletions import DeletionShape, NewConfirmation
from services.registry.use_cases import deletions
from shared.auth import caller, requires
from shared.headers import etag_of, seen_revision_if_named
from shared.openapi import Blueprint

blp = Blueprint("deletions", __name__, url_prefix="/v1", description="Data of ended sub-processors")
DELETION = f"{PROCESSOR}/sub-processors/<sub_id>/deletion"


@blp.route(DELETION)
@requires("registry:read")
@blp.response(200, DeletionShape)
@blp.alt_response(404, "NOT_FOUND")
def deletion(slug: str, sub_id: str) -> Any:
    """What an ended sub-processor confirmed of the data (GDPR Art. 28(3)(g)), with each correction,
    and the day by which it is due, for each use that is over. Its ``ETag`` counts all versions."""
    return _shown(deletions.read(deps(), caller(), slug, sub_id))


@blp.route(DELETION, methods=["POST"])
@requires("registry:write")
@blp.arguments(NewConfirmation)
@blp.response(200, DeletionShape)
@blp.alt_response(404, "NOT_FOUND")
@blp.alt_response(409, "CONFLICT")
@blp.alt_response(412, "PRECONDITION_FAILED")
def confirm(body: dict[str, Any], slug: str, sub_id: str) -> Any:
    """Record that an ended sub-processor deleted or returned the data, or must keep it by law. Sent
    again, it corrects what was recorded. With ``If-Match``: only of the version as it was read.
    Of a use that ended before another began: with its last day, ``listed_until``."""
    seen = seen_revision_if_named()
    return _shown(deletions.confirm(deps(), caller(), slug, sub_id, seen, body))


def _shown(deletion: dict[str, Any]) -> Any:
    return deletion, {"ETag": etag_of(deletion["versions"])}
