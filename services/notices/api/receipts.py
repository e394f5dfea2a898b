"""What other services ask: whether, and when, a customer got its notices."""

from __future__ import annotations

from typing import Any

from services.notices.api.asking import deps
from services.notices.schemas import ReceiptList, ReceiptsQuery
from services.notices.use_cases import receipts
from shared.app import Blueprint
from shared.auth import requires

blp = Blueprint("receipts", __name__, url_prefix="/v1", description="Receipts of notices")


@blp.route("/receipts")
@requires("notices:receipts")
@blp.arguments(ReceiptsQuery, location="query")
@blp.response(200, ReceiptList)
def of(query: dict[str, Any]) -> object:
    """For services: when one customer got its notices of some changes."""
    changes = query["change_ids"].split(",")
    return {"items": receipts.of(deps(), changes, query["controller_id"])}
