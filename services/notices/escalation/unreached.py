"""Tells the vendor by webhook, too, which of its customers nobody could reach."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from services.notices.model.jobs import FAN_OUT, Job, job_id
from services.notices.model.messages import Event
from services.notices.model.recipients import Recipient
from services.notices.model.stored import StoredNotice
from services.notices.model.vendor_events import Known, unreached_event
from services.notices.store import Stores
from services.notices.store.known import change_of
from shared.ids import derived_id
from shared.times import format_instant

# A mail or a message in the air may still arrive; then nobody is told (``FanOut._is_moot``).
GRACE = timedelta(minutes=1)


def tell_vendors(
    stores: Stores, unreached: Sequence[tuple[StoredNotice, str]], origin: str, now: datetime
) -> None:
    """Store the events and their jobs; repeated on the same day, they are the same ones.

    ``unreached``: notices, each with the reason why nobody has it.
    """
    if not unreached:
        return
    made = _events(stores, unreached, origin, now)
    stores.events.add_new(made)
    due_at = now + GRACE
    stores.jobs.add_new([Job(job_id(each.id), FAN_OUT, due_at, event_id=each.id) for each in made])


def _events(
    stores: Stores, unreached: Sequence[tuple[StoredNotice, str]], origin: str, now: datetime
) -> list[Event]:
    # Most are of one change: it is read once, however many customers it did not reach.
    change_ids = {row["change_id"] for row, _ in unreached}
    notices = {change_id: stores.events.notice_of(change_id) for change_id in change_ids}
    recipients = stores.recipients.many([row["agreement_id"] for row, _ in unreached])
    at = format_instant(now)
    made = []
    for row, reason in unreached:
        event_id = derived_id("evt", row["_id"], "unreached", str(now.date()))
        known = _known(row, notices[row["change_id"]], recipients.get(row["agreement_id"]))
        made.append(unreached_event(event_id, at, origin, known, _members(row, reason)))
    return made


def _known(row: StoredNotice, notice: Event | None, recipient: Recipient | None) -> Known:
    processor = notice.processor if notice else {"id": row["processor_id"]}
    customer = recipient.controller if recipient else {"id": row["controller_id"]}
    return Known(dict(processor), dict(customer), change_of(notice))


def _members(row: StoredNotice, reason: str) -> dict[str, Any]:
    return {
        "change_id": row["change_id"],
        "notice_id": row["notice"]["id"],
        "agreement_id": row["agreement_id"],
        "reason": reason,
        "objection_deadline": row["notice"]["objection_deadline"],
    }
