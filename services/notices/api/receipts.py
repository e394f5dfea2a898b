"""What other services ask: whether, and when, a customer was sent its notices and got them."""

from __future__ import annotations

from typing import Any

from services.notices.api.context import deps
from services.notices.schemas.receipts import ReceiptList, ReceiptsQuery
from services.notices.use_cases import receipts
from shared.auth import requires
from shared.openapi import Blueprint

blp = Blueprint("receipts", __name__, url_prefix="/v1", description="Receipts of notices")


@blp.route("/receipts")
@requires("notices:receipts")
@blp.arguments(ReceiptsQuery, location="query")
@blp.response(200, ReceiptList)
def of(query: dict[str, Any]) -> object:
    """For services: when notices of some changes were sent and received, under some agreements."""
    changes, agreements = (query[name].split(",") for name in ("change_ids", "agreement_ids"))
    return {"items": receipts.of(deps(), changes, agreements)}
