"""When the mailbox where a vendor reads answers sends something back: which mails say so, and what
its vendor is told. Answers of its customers are lost there: it must not learn of it by chance."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, TypedDict

from services.notices import events
from services.notices.model.messages import Event
from services.notices.model.stored import StoredSending
from services.notices.model.vendor_events import Known, made
from shared.ids import derived_id
from shared.times import format_instant

# A mailbox that goes on refusing is told of once in this time.
AT_MOST_EVERY = timedelta(days=1)


class Back(TypedDict):
    """A mail to a vendor that came back. ``status``: the code of RFC 3463, or the server's own
    word; None where nobody gave one."""

    email: str
    status: str | None
    at: datetime


def vendor_of(mail: StoredSending) -> dict[str, Any] | None:
    """The vendor to whom this mail went, as its members are told; None for mails to others.

    The probe of an address says whose it is, and so do the mails to a vendor about its customers.
    Mails of other vendors to the same mailbox say nothing: it may refuse these alone.
    """
    data: Mapping[str, Any] = mail["data"] or {}
    own_kinds = (events.ADDRESS_PROBE, events.VENDOR_NEWS, events.UNREACHED, events.QUESTION)
    return dict(data["vendor"]) if mail["kind"] in own_kinds and data.get("vendor") else None


def is_news(before: Back | None, back: Back) -> bool:
    """Whether the vendor has to be told: of another address, or a day after the last time."""
    if before is None or before["email"] != back["email"]:
        return True
    return back["at"] - before["at"] >= AT_MOST_EVERY


def bounced_event(vendor: Mapping[str, Any], back: Back, origin: str) -> Event:
    at = format_instant(back["at"])
    event_id = derived_id("evt", vendor["id"], "address", back["email"], at)
    told = {"email": back["email"], "status": back["status"]}
    links = {"organisation": f"{origin}/identity/v1/organisations/{vendor['id']}"}
    known = Known(dict(vendor))
    return made(event_id, events.NOTICE_ADDRESS_BOUNCED, at, told, links, known)
