"""The legal part of a customer's message: its notice with its days, as it was announced."""

from __future__ import annotations

from collections.abc import Sequence

from services.notices.events import CHANGE_EMERGENCY
from services.notices.model.messages import Event, extra_text, notice_id
from services.notices.model.stored import NoticeMembers


def notice_members(
    event: Event, agreement_id: str, terms_key: str | None, change_ids: Sequence[str]
) -> NoticeMembers:
    """The notice of this event to one agreement, by the terms that held at the announcement.

    ``change_ids``: those of its changes that concern the customer.
    """
    group = event.group(terms_key)
    notice: NoticeMembers = {
        "id": notice_id(event.change_id or "", agreement_id),
        "change_ids": list(change_ids),
        "given_on": group.given_on,
        "objection_deadline": group.objection_deadline,
        "effective_on": _own_day(event.effective_on, group.earliest_effective_on),
        "silence": group.silence,
        "holidays": group.terms.get("holidays"),
        "time_zones": group.zones(event.time_zone),
        "terms_key": terms_key,
        "owes": group.owes,
    }
    if group.waits_for_receipt:
        notice["provisional"] = True
    if event.type == CHANGE_EMERGENCY:
        notice["emergency_agreed"] = group.allows_emergency
    return notice


def own_part(
    agreement_id: str | None, notice: NoticeMembers | None, change_ids: Sequence[str] = ()
) -> str:
    """The piece of the body that this customer alone gets. ``change_ids``: those of several changes
    that a message without a notice is about."""
    members = {"agreement_id": agreement_id} if agreement_id else {}
    named = {"change_ids": list(change_ids)} if change_ids else {}
    return extra_text({**members, **named, **_shown(notice)})


def _shown(notice: NoticeMembers | None) -> dict[str, object]:
    if notice is None:
        return {}
    return {"notice": {name: value for name, value in notice.items() if name != "terms_key"}}


def _own_day(effective_on: str | None, earliest: str | None) -> str | None:
    """The day of the change, or the later one that this customer's own days allow."""
    return max(effective_on, earliest or effective_on) if effective_on else None
