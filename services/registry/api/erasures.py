"""Erasures: a contact person who left is forgotten, and the ledger still verifies."""

from __future__ import annotations

from typing import Any

from services.registry.api.context import PROCESSOR, deps
from services.registry.schemas.erasures import ErasedShape, NewErasure
from services.registry.use_cases import erasures
from shared.app import Blueprint
from shared.auth import caller, requires

blp = Blueprint("erasures", __name__, url_prefix="/v1", description="Erasures")


@blp.route(f"{PROCESSOR}/erasures", methods=["POST"])
@requires("registry:write")
@blp.arguments(NewErasure)
@blp.response(201, ErasedShape)
@blp.alt_response(409, "CONFLICT")
def erase(body: dict[str, Any], slug: str) -> Any:
    """Forget the contact person with this address in everything that is past."""
    return erasures.erase(deps(), caller(), slug, body["email"], body["reason"])
