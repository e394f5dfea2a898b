"""The bodies of messages as they read now: almost always as fan-out wrote them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from services.notices.model.late_notices import as_of, is_late, redated
from services.notices.model.messages import Event
from services.notices.store.receipts import Receipts

# By message: the id of its event, and its own part of the body.
Texts = Mapping[str, tuple[str, str]]


def texts_now(
    receipts: Receipts, texts: Texts, events: Mapping[str, Event], now: datetime
) -> Texts:
    """``texts`` with the days that follow if they are sent, or shown, now.

    On the day of the announcement nothing is asked of the database; after it one question, for all
    messages whose notice may have moved.
    """
    late = {each.id for each in events.values() if is_late(each, now)}
    ids = [name for name, (event_id, _) in texts.items() if event_id in late]
    found = receipts.of_messages(ids) if ids else {}
    moved: dict[str, tuple[str, str]] = {}
    for name, (notice, moments) in found.items():
        event_id, extra = texts[name]
        moved[name] = event_id, redated(extra, as_of(events[event_id], notice, moments, now))
    return {**texts, **moved} if moved else texts
