"""A customer's own notices and contacts."""

from __future__ import annotations

from typing import Any

from services.notices.api.context import (
    CUSTOMER,
    READ,
    WRITE,
    customer,
    deps,
    owner,
    page_request,
)
from services.notices.schemas.contacts import ContactsChange, ContactsShape
from services.notices.schemas.notices import NoticePage, NoticeShape, NoticesQuery
from services.notices.use_cases import notices
from shared.auth import requires
from shared.headers import etag_of, seen_revision
from shared.openapi import Blueprint

blp = Blueprint("notices", __name__, url_prefix="/v1", description="Notices")


@blp.route("/notices")
@requires(CUSTOMER)
@blp.arguments(NoticesQuery, location="query")
@blp.response(200, NoticePage)
def page(query: dict[str, Any]) -> object:
    return notices.page(deps(), customer(), query["change_id"], page_request(query))


@blp.route("/notices/<change_id>")
@requires(CUSTOMER)
@blp.response(200, NoticeShape)
@blp.alt_response(404, "NOT_FOUND")
def get(change_id: str) -> object:
    """When this customer was told of a change, and its own deadlines."""
    return notices.get(deps(), customer(), change_id)


@blp.route("/notices/<change_id>/acknowledgement", methods=["POST"])
@requires(CUSTOMER)
@blp.response(200, NoticeShape)
@blp.alt_response(404, "NOT_FOUND")
def acknowledge(change_id: str) -> object:
    """The customer has taken note; the first time counts."""
    return notices.acknowledge(deps(), customer(), change_id)


@blp.route("/notice-contacts")
@requires(CUSTOMER, READ)
@blp.response(200, ContactsShape)
def contacts() -> object:
    named, source, revision = notices.contacts(deps(), owner())
    shown = notices.shown(deps(), owner(), named)
    return {**shown, "source": source}, {"ETag": etag_of(revision)}


@blp.route("/notice-contacts", methods=["PUT"])
@requires(CUSTOMER, WRITE)
@blp.arguments(ContactsChange)
@blp.response(200, ContactsShape)
@blp.alt_response(412, "PRECONDITION_FAILED")
def name_contacts(body: dict[str, Any]) -> object:
    """Name the persons to be told, instead of those in the agreements, or of the organisation."""
    named, revision = notices.name_contacts(
        deps(),
        owner(),
        body["contacts"],
        seen_revision(),
        body["addresses"],
        body["by_processor"],
    )
    _, source, _ = notices.contacts(deps(), owner())
    shown = notices.shown(deps(), owner(), named)
    return {**shown, "source": source}, {"ETag": etag_of(revision)}
