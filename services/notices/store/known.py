"""What notices knows of the customer and the change that a message to the vendor is about."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from services.notices.model.messages import Event, body_of
from services.notices.model.recipients import Recipient
from services.notices.model.told_changes import changes_told
from services.notices.model.vendor_events import Known
from services.notices.store import Stores
from shared.mongo import Session


def known_beside(stores: Stores, session: Session | None, entry: Mapping[str, Any]) -> Known:
    """What the vendor knows beside this entry of its own stream, or of an agreement of its."""
    data, private = entry["data"], entry.get("private") or {}
    change_id = data.get("change_id")
    # In the session: the announcement may have come with the same post.
    notice = stores.events.notice_of(change_id, session) if change_id else None
    processor = data.get("processor") or (notice.processor if notice else None)
    processor = dict(processor or {"id": entry["stream"].partition(":")[2]})
    if "controller" in data:
        return Known(processor, dict(data["controller"]))
    named = private.get("agreement_id"), private.get("controller_id")
    return Known(
        processor,
        _customer(stores, session, processor["id"], *named),
        change_of(notice, change_id),
    )


def change_of(notice: Event | None, change_id: str | None = None) -> dict[str, Any]:
    """The members by which a person knows an announced change; nothing for none.

    ``change_id``: the change of a notice of several that is meant; None: all of them, which are
    known by their number.
    """
    if notice is None:
        return {}
    changes = changes_told(json.loads(body_of(notice, ""))["data"])
    meant = [each for each in changes if change_id in (None, each["change_id"])]
    if meant[1:]:
        return {"effective_on": notice.effective_on, "changes": [{} for _ in meant]}
    entries = {name: _named(meant[0].get(name)) for name in ("sub_processor", "previous")}
    return {"kind": meant[0].get("kind"), "effective_on": notice.effective_on, **entries}


def _named(entry: Mapping[str, Any] | None) -> dict[str, Any] | None:
    return {"legal_name": entry.get("legal_name")} if entry else None


def _customer(
    stores: Stores,
    session: Session | None,
    processor_id: str,
    agreement_id: str | None,
    controller_id: str | None,
) -> dict[str, Any]:
    """A customer of this vendor by the name in its agreement with it; by its id where none is."""
    if controller_id is None:
        return {}
    found = stores.recipients.find(agreement_id, session) if agreement_id else None
    some = [found] if found else stores.recipients.of_controller(controller_id)
    own = (each for each in some if _is_own(each, processor_id))
    return next((dict(each.controller) for each in own), {"id": controller_id})


def _is_own(recipient: Recipient, processor_id: str) -> bool:
    return bool(recipient.processor.get("id") == processor_id)
