"""How webhooks are sent: public, because it decides how a receiver is built."""

from __future__ import annotations

from services.notices.api.context import deps
from services.notices.schemas.sending_rules import SendingRulesShape
from services.notices.use_cases.sending_rules import rules
from shared.auth import public
from shared.openapi import Blueprint

blp = Blueprint("sending rules", __name__, url_prefix="/v1", description="How webhooks are sent")


@blp.route("/sending-rules")
@public()
@blp.response(200, SendingRulesShape)
def get() -> object:
    """The rules by which this installation sends webhooks: schedule, limits, what disables."""
    return rules(deps().settings)
