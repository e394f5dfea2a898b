"""Where services have documents sealed, and where anybody finds what checks a seal."""

from __future__ import annotations

import base64
from typing import Any

from services.identity.api.context import deps
from services.identity.schemas.seals import SealAsked, SealCertificates, SealMade
from services.identity.use_cases import seals
from shared.auth import public, requires
from shared.openapi import Blueprint

blp = Blueprint("seals", __name__, url_prefix="/v1", description="Seals of documents")


@blp.route("/seals", methods=["POST"])
@requires("identity:seals")
@blp.arguments(SealAsked)
@blp.response(200, SealMade)
@blp.alt_response(503, "SERVICE_UNAVAILABLE")
def sign(body: dict[str, Any]) -> Any:
    """For services: the signature of a document's digest, made with the installation's key."""
    made = seals.sign(deps(), bytes.fromhex(body["sha256"]))
    return {"signature": base64.b64encode(made).decode()}


@blp.route("/seal-certificates")
@public()
@blp.response(200, SealCertificates)
def certificates() -> Any:
    """The certificates of the seals on documents of this installation, today's first."""
    return {"items": seals.certificates(deps())}
