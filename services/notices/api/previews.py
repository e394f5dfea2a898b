"""What a customer would get, asked by the service that is about to tell it."""

from __future__ import annotations

from typing import Any

from services.notices.api.context import deps
from services.notices.api.entries import LARGEST_ENTRIES
from services.notices.fan_out import previews
from services.notices.schemas.pages import SectionShape
from services.notices.schemas.previews import DraftTold, PreviewIn, PreviewShape
from shared.auth import requires
from shared.bodies import largest_body
from shared.openapi import Blueprint

blp = Blueprint("previews", __name__, url_prefix="/v1", description="Messages before they leave")


@blp.route("/previews", methods=["POST"])
@largest_body(LARGEST_ENTRIES)
@requires("notices:entries")
@blp.arguments(PreviewIn)
@blp.response(200, PreviewShape)
def preview(body: dict[str, Any]) -> object:
    """For services: the message that an entry would become. It reads only."""
    return previews.preview(deps(), body)


@blp.route("/change-sections", methods=["POST"])
@largest_body(LARGEST_ENTRIES)
@requires("notices:links")
@blp.arguments(DraftTold)
@blp.response(200, SectionShape)
def section(body: dict[str, Any]) -> object:
    """For services: what a notice would say of one change, in words. It reads only."""
    return previews.section(body["change"], body["language"])
