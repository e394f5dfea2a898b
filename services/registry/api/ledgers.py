"""The ledger of a register: to read, to have signed, and to take a person out of."""

from __future__ import annotations

from typing import Any

from services.registry.api.context import PROCESSOR, deps, page_request
from services.registry.schemas.ledgers import (
    CheckpointPage,
    CheckpointShape,
    ErasedShape,
    LedgerPage,
    LedgerQuery,
    NewErasure,
    PublicKeys,
)
from services.registry.use_cases import checkpoints, erasures, ledgers
from shared.auth import caller, caller_if_known, public, requires
from shared.headers import located
from shared.idempotency import in_steps
from shared.openapi import Blueprint
from shared.schemas import PageArgs

blp = Blueprint("ledgers", __name__, url_prefix="/v1", description="Ledgers")


@blp.route(f"{PROCESSOR}/ledger")
@public()
@blp.arguments(LedgerQuery, location="query")
@blp.response(200, LedgerPage)
@blp.alt_response(404, "NOT_FOUND")
def ledger(query: dict[str, Any], slug: str) -> Any:
    """The register's history, each entry chained to the one before it.

    Of a register that is not published, a customer reads what concerns its products; the other
    entries show their hashes (``withheld``)."""
    items, cursor = ledgers.ledger_page(
        deps(), caller_if_known(), slug, query["after"], query["limit"]
    )
    return {"items": items, "next_cursor": cursor}


@blp.route(f"{PROCESSOR}/checkpoints", methods=["POST"])
@requires("registry:write")
@in_steps
@blp.response(201, CheckpointShape)
@blp.alt_response(409, "CONFLICT")
def make(slug: str) -> Any:
    """Sign where the ledger stands; the same answer while nothing is added."""
    made = checkpoints.make(deps(), caller(), slug)
    return made, located(f"/processors/{slug}/checkpoints")


@blp.route(f"{PROCESSOR}/checkpoints")
@public()
@blp.arguments(PageArgs, location="query")
@blp.response(200, CheckpointPage)
@blp.alt_response(404, "NOT_FOUND")
def checkpoint_page(query: dict[str, Any], slug: str) -> Any:
    """All checkpoints of the register, the newest first."""
    return checkpoints.page(deps(), caller_if_known(), slug, page_request(query))


@blp.route("/checkpoint-keys")
@public()
@blp.response(200, PublicKeys)
def keys() -> Any:
    """The public keys (JWKS, RFC 7517) with which checkpoints can be verified."""
    return checkpoints.keys(deps())


@blp.route(f"{PROCESSOR}/erasures", methods=["POST"])
@requires("registry:write")
@blp.arguments(NewErasure)
@blp.response(201, ErasedShape)
@blp.alt_response(409, "CONFLICT")
def erase(body: dict[str, Any], slug: str) -> Any:
    """Forget the contact person with this address in everything that is past."""
    erased = erasures.erase(deps(), caller(), slug, body["email"], body["reason"])
    entry = f"after={erased.sequence - 1}&limit=1"
    return erased, located(f"/processors/{slug}/ledger?{entry}")
