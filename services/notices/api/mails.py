"""Where identity has its mails written and sent."""

from __future__ import annotations

from typing import Any

from services.notices.api.context import deps
from services.notices.mail import personal
from services.notices.schemas.mails import PersonalMail, PersonalMailTaken
from shared.auth import requires
from shared.openapi import Blueprint

blp = Blueprint("mails", __name__, url_prefix="/v1", description="Mails to persons")


@blp.route("/mails", methods=["POST"])
@requires("notices:mails")
@blp.arguments(PersonalMail)
@blp.response(200, PersonalMailTaken)
def take(body: dict[str, Any]) -> object:
    """For identity: have a mail with a link written and sent; the same id is one mail."""
    return {"taken": personal.take(deps(), body)}
