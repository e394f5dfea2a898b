"""Checkpoints: signed statements of where a register's ledger stood."""

from __future__ import annotations

from typing import Any

from services.registry.api.context import PROCESSOR, deps, page_request
from services.registry.schemas.checkpoints import CheckpointPage, CheckpointShape, PublicKeys
from services.registry.use_cases import checkpoints
from shared.app import Blueprint
from shared.auth import caller, public, requires
from shared.idempotency import in_steps
from shared.schemas import PageArgs

blp = Blueprint("checkpoints", __name__, url_prefix="/v1", description="Checkpoints")


@blp.route(f"{PROCESSOR}/checkpoints", methods=["POST"])
@requires("registry:write")
@in_steps
@blp.response(201, CheckpointShape)
@blp.alt_response(409, "CONFLICT")
def make(slug: str) -> Any:
    """Sign where the ledger stands; the same answer while nothing is added."""
    return checkpoints.make(deps(), caller(), slug)


@blp.route(f"{PROCESSOR}/checkpoints")
@public()
@blp.arguments(PageArgs, location="query")
@blp.response(200, CheckpointPage)
@blp.alt_response(404, "NOT_FOUND")
def checkpoint_page(query: dict[str, Any], slug: str) -> Any:
    """All checkpoints of the register, the newest first."""
    return checkpoints.page(deps(), slug, page_request(query))


@blp.route("/checkpoint-keys")
@public()
@blp.response(200, PublicKeys)
def keys() -> Any:
    """The public keys (JWKS, RFC 7517) with which checkpoints can be verified."""
    return checkpoints.keys(deps())
