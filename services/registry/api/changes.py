"""Changes: from draft to effect."""

from __future__ import annotations

from typing import Any

from services.registry.api.context import CHANGE, PROCESSOR, deps, page_request
from services.registry.schemas.changes import (
    AnnouncedShape,
    ApprovalRequested,
    ApprovedChanges,
    ChangeEdit,
    ChangeList,
    ChangePage,
    ChangeQuery,
    ChangeShape,
    Justification,
    MessageQuery,
    MessageShape,
    NamedChanges,
    NewChange,
    NewNotice,
    NoticeAnnounced,
    PreviewCustomers,
    PreviewShape,
    Reason,
)
from services.registry.use_cases import announcing, approving, changes, previews
from shared.auth import caller, requires
from shared.headers import etag_of, located, seen_revision, seen_revision_if_named
from shared.openapi import Blueprint
from shared.places import expensive
from shared.schemas import PageArgs

blp = Blueprint("changes", __name__, url_prefix="/v1", description="Changes")


@blp.route(f"{PROCESSOR}/changes", methods=["POST"])
@requires("registry:write")
@blp.arguments(NewChange)
@blp.response(201, ChangeShape)
@blp.alt_response(409, "CONFLICT")
def draft(body: dict[str, Any], slug: str) -> Any:
    """A draft change; nobody is informed and nothing is altered yet."""
    view = changes.draft(deps(), caller(), slug, body)
    address = located(f"/processors/{slug}/changes/{view.change.id}")
    return view, {"ETag": etag_of(view.change.revision), **address}


@blp.route(f"{PROCESSOR}/changes")
@requires("registry:read")
@expensive
@blp.arguments(ChangeQuery, location="query")
@blp.response(200, ChangePage)
@blp.alt_response(404, "NOT_FOUND")
def change_page(query: dict[str, Any], slug: str) -> Any:
    status, announced = query["status"], query["announced"]
    return changes.page(deps(), caller(), slug, status, page_request(query), announced=announced)


@blp.route(CHANGE)
@requires("registry:read")
@blp.response(200, ChangeShape)
@blp.alt_response(404, "NOT_FOUND")
def change(slug: str, change_id: str) -> Any:
    view = changes.read(deps(), caller(), slug, change_id)
    return view, {"ETag": etag_of(view.change.revision)}


@blp.route(CHANGE, methods=["PATCH"])
@requires("registry:write")
@blp.arguments(ChangeEdit)
@blp.response(200, ChangeShape)
@blp.alt_response(412, "PRECONDITION_FAILED")
def edit(body: dict[str, Any], slug: str, change_id: str) -> Any:
    """Edit a draft."""
    view = changes.edit(deps(), caller(), slug, change_id, seen_revision(), body)
    return view, {"ETag": etag_of(view.change.revision)}


@blp.route(CHANGE, methods=["DELETE"])
@requires("registry:write")
@blp.response(204)
@blp.alt_response(409, "CONFLICT")
@blp.alt_response(412, "PRECONDITION_FAILED")
def discard(slug: str, change_id: str) -> None:
    """Discard a draft: nobody ever hears of it. What was announced is withdrawn instead."""
    changes.discard(deps(), caller(), slug, change_id, seen_revision())


@blp.route(f"{CHANGE}/preview")
@requires("registry:read")
@expensive
@blp.response(200, PreviewShape)
@blp.alt_response(404, "NOT_FOUND")
def preview(slug: str, change_id: str) -> Any:
    """What announcing it today would mean for each group of customers."""
    return changes.preview(deps(), caller(), slug, change_id)


@blp.route(f"{CHANGE}/preview/customers")
@requires("registry:read")
@expensive
@blp.arguments(PageArgs, location="query")
@blp.response(200, PreviewCustomers)
@blp.alt_response(404, "NOT_FOUND")
def preview_customers(query: dict[str, Any], slug: str, change_id: str) -> Any:
    """Who would be told if it were announced today, by name, each with its own days."""
    return previews.customers(deps(), caller(), slug, change_id, page_request(query))


@blp.route(f"{CHANGE}/preview/message")
@requires("registry:read")
@expensive
@blp.arguments(MessageQuery, location="query")
@blp.response(200, MessageShape)
@blp.alt_response(404, "NOT_FOUND")
@blp.alt_response(409, "CONFLICT")
def preview_message(query: dict[str, Any], slug: str, change_id: str) -> Any:
    """The very words that a customer would get over a channel, in a language."""
    return previews.message(deps(), caller(), slug, change_id, query)


@blp.route(f"{CHANGE}/announce", methods=["POST"])
@requires("registry:write")
@blp.response(200, AnnouncedShape)
@blp.alt_response(409, "CONFLICT")
@blp.alt_response(422, "UNPROCESSABLE_ENTITY")
def announce(slug: str, change_id: str) -> Any:
    """Announce it to every customer concerned, if the effective day respects every agreement.

    With ``If-Match``: only of the draft as it was read."""
    seen = seen_revision_if_named()
    [announced] = announcing.announce(deps(), caller(), slug, [change_id], seen=seen)
    return announced


@blp.route(f"{PROCESSOR}/changes/announce", methods=["POST"])
@requires("registry:write")
@blp.arguments(NewNotice)
@blp.response(200, NoticeAnnounced)
@blp.alt_response(409, "CONFLICT")
@blp.alt_response(422, "UNPROCESSABLE_ENTITY")
def announce_together(body: dict[str, Any], slug: str) -> Any:
    """Announce several drafts as one notice, all or none; they take effect on one day.

    A customer gets one message and one mail with the changes that concern it, and one set of days:
    for each agreement the strictest of what it says of them."""
    changes = announcing.announce(deps(), caller(), slug, body["change_ids"], body["effective_on"])
    return {**vars(changes[0]), "changes": changes}


@blp.route(f"{CHANGE}/withdraw", methods=["POST"])
@requires("registry:write")
@blp.arguments(Reason)
@blp.response(200, AnnouncedShape)
@blp.alt_response(409, "CONFLICT")
def withdraw(body: dict[str, Any], slug: str, change_id: str) -> Any:
    """Take an announced change back before it has effect; the customers are informed."""
    return announcing.withdraw(deps(), caller(), slug, change_id, body["reason"])


@blp.route(f"{CHANGE}/emergency", methods=["POST"])
@requires("registry:write")
@blp.arguments(Justification)
@blp.response(200, ChangeShape)
@blp.alt_response(409, "CONFLICT")
def declare_emergency(body: dict[str, Any], slug: str, change_id: str) -> Any:
    """Ask for the path without notice period, with a justification."""
    justification = body["justification"]
    view = approving.declare_emergency(deps(), caller(), slug, change_id, justification)
    return view, {"ETag": etag_of(view.change.revision)}


@blp.route(f"{CHANGE}/request-approval", methods=["POST"])
@requires("registry:write")
@blp.response(200, ApprovalRequested)
@blp.alt_response(409, "CONFLICT")
def request_approval(slug: str, change_id: str) -> Any:
    """Mail a link to each person who may approve a draft and has not prepared it.

    An emergency asks by itself. Asked again, only what was edited since is mailed once more."""
    return {"asked": approving.request_approval(deps(), caller(), slug, [change_id])}


@blp.route(f"{CHANGE}/approve", methods=["POST"])
@requires("registry:write", "registry:approve")
@blp.response(200, ChangeShape)
@blp.alt_response(409, "CONFLICT")
def approve(slug: str, change_id: str) -> Any:
    """Approve a draft that another has prepared; the last approval that was missing announces it.

    Where the organisation has an owner, persons approve (409 ``person-needed``); nobody what they
    or their keys prepared (409 ``prepared-by-the-same-hand``). Where it has none, clients of which
    one made the other, or renewed its secret, count as one (409 ``approved-by-the-same-hand``).
    With ``If-Match``: only the change as it was read."""
    seen = seen_revision_if_named()
    [view] = approving.approve(deps(), caller(), slug, [change_id], {change_id: seen})
    return view, {"ETag": etag_of(view.change.revision)}


@blp.route(f"{PROCESSOR}/changes/approve", methods=["POST"])
@requires("registry:write", "registry:approve")
@blp.arguments(ApprovedChanges)
@blp.response(200, ChangeList)
@blp.alt_response(409, "CONFLICT")
@blp.alt_response(422, "UNPROCESSABLE_ENTITY")
def approve_together(body: dict[str, Any], slug: str) -> Any:
    """Approve several drafts as one notice; the last approval that was missing announces them.

    With ``revisions``, by id: only as they were read, all of them or none."""
    ids, seen = body["change_ids"], body["revisions"]
    return {"items": approving.approve(deps(), caller(), slug, ids, seen)}


@blp.route(f"{PROCESSOR}/changes/request-approval", methods=["POST"])
@requires("registry:write")
@blp.arguments(NamedChanges)
@blp.response(200, ApprovalRequested)
@blp.alt_response(409, "CONFLICT")
@blp.alt_response(422, "UNPROCESSABLE_ENTITY")
def request_approval_together(body: dict[str, Any], slug: str) -> Any:
    """Mail one link for several drafts that are to be announced as one notice.

    Its page shows each of them, and one press approves all or none."""
    return {"asked": approving.request_approval(deps(), caller(), slug, body["change_ids"])}
