"""The public page of a register: its switch, and the checklist before publishing."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import Response

from services.registry.api.context import PROCESSOR, deps
from services.registry.model.pngs import PNG
from services.registry.schemas.pages import HostShape, PageIn, PageShape
from services.registry.use_cases import files, pages
from shared.auth import caller, caller_if_known, public, requires
from shared.bodies import check_unchanged
from shared.headers import etag_of, seen_revision_if_named
from shared.openapi import Blueprint
from shared.places import expensive

# Members that are read, and ignored where they are sent back as they were read.
SET_BY_US = ("published_on", "domains_served", "checklist")

blp = Blueprint("pages", __name__, url_prefix="/v1", description="Public pages")


@blp.route(f"{PROCESSOR}/page")
@requires("registry:read")
@expensive
@blp.response(200, PageShape)
@blp.alt_response(404, "NOT_FOUND")
def page(slug: str) -> Any:
    """Whether anybody may read the register, and what its list lacks before that."""
    return _tagged(pages.read(deps(), caller(), slug))


@blp.route("/hosts/<host>")
@public()
@blp.response(200, HostShape)
@blp.alt_response(404, "NOT_FOUND")
def at_host(host: str) -> Any:
    """Whose page a host shows at its root."""
    return {"slug": pages.at_host(deps(), host)}


@blp.route(f"{PROCESSOR}/logo")
@public()
@blp.response(200, content_type=PNG)
@blp.alt_response(404, "NOT_FOUND")
def logo(slug: str) -> Any:
    """The logo of a page, for whoever may read the page."""
    file = pages.logo(deps(), caller_if_known(), slug)
    response = Response(files.contents(deps(), file), content_type=PNG)
    response.set_etag(file.sha256)
    response.headers["Content-Length"] = str(file.bytes)
    return response


@blp.route(f"{PROCESSOR}/page", methods=["PUT"])
@requires("registry:write")
@blp.arguments(PageIn)
@blp.response(200, PageShape)
@blp.alt_response(404, "NOT_FOUND")
@blp.alt_response(409, "CONFLICT")
@blp.alt_response(412, "PRECONDITION_FAILED")
def state(body: dict[str, Any], slug: str) -> Any:
    """Publish the register, or keep it on request; its customers read their list either way. And
    say how the page looks: members that are left out stay as they are. It is published once the
    vendor has proved that answers to its mails reach it (409 ``address-unproved``).

    With ``If-Match``: only as it was read."""
    sent_back = {name: body.pop(name) for name in SET_BY_US if name in body}
    if sent_back:
        shown = PageShape().dump(pages.read(deps(), caller(), slug))
        check_unchanged(_plain(sent_back), shown)
    return _tagged(pages.state(deps(), caller(), slug, seen_revision_if_named(), body))


def _plain(sent_back: dict[str, Any]) -> dict[str, Any]:
    """Days and lists as they are written."""
    return {name: _written(value) for name, value in sent_back.items()}


def _written(value: Any) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    return list(value) if isinstance(value, tuple) else value


def _tagged(told: dict[str, Any]) -> Any:
    return told, {"ETag": etag_of(told["revision"])}
