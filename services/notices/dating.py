"""The bodies of messages as they read now: almost always as fan-out wrote them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from services.notices.model.dating import as_of, is_late, redated
from services.notices.model.messages import Event
from services.notices.store.receipts import Receipts
from shared.mongo import Document


def extras(
    receipts: Receipts,
    messages: Mapping[str, Document],
    events: Mapping[str, Event],
    now: datetime,
) -> dict[str, str]:
    """By id, each message's own part of its body with the days that follow if it is sent now.

    ``messages`` hold ``event_id`` and ``extra``. On the day of the announcement nothing is asked
    of the database; after it, three queries for all messages whose notice might have moved.
    """
    late = {each.id for each in events.values() if is_late(each, now)}
    ids = [name for name, each in messages.items() if each["event_id"] in late]
    found = receipts.of_messages(ids)
    told = {name: each["extra"] for name, each in messages.items()}
    for name, (notice, moments) in found.items():
        event = events[messages[name]["event_id"]]
        told[name] = redated(told[name], as_of(event, notice, moments, now))
    return told
