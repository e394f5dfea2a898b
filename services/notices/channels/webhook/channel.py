"""Webhooks as a channel: what of a delivery counts as sent and delivered, and proves it.

Its engine is the dispatcher. **Sent** is a request that its receiver answered, whatever the answer
was (``shared/decisions/0018-sent.md``).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from services.notices.model.answering import Answering
from services.notices.model.channels import Part, Preview, Row, Tried, tries
from services.notices.model.deliveries import DELIVERED
from services.notices.model.receipts import Moments, first

DELETED_ENDPOINT = "(deleted endpoint)"


class Webhook:
    name = "webhook"
    collection = "deliveries"

    def recipient(self, row: Row) -> str:
        """``url``: of its endpoint, as it may be shown; put into the row by the reader."""
        return row.get("url") or DELETED_ENDPOINT

    def moments(self, row: Row) -> Moments:
        delivered_at = row.get("delivered_at")
        return Moments(sent_at=first(answered_at(row), delivered_at), delivered_at=delivered_at)

    def evidence(self, row: Row) -> Sequence[Tried]:
        return tries(row, self.name, self.recipient(row))

    def preview(self, kind: str, language: str, body: bytes, answering: Answering) -> Preview:  # noqa: ARG002
        """The body, whatever the language: programs read it."""
        return Preview([Part("application/json", body.decode())])


CHANNEL = Webhook()


def answered_at(row: Row) -> datetime | None:
    """When the first attempt was made that the receiver answered: the time in its signature."""
    kept = (each["at"] for each in row["attempts"] if each["status"] is not None)
    return first(row.get("sent_at"), *kept)


def dates_of(state: str, attempt: Mapping[str, Any]) -> dict[str, datetime]:
    """The moments that outlive their attempts, of which only the last ones are kept."""
    if state == DELIVERED:
        # When the answer was complete; on the monotonic clock, so that no jump dates it early.
        took = timedelta(milliseconds=attempt["duration_ms"])
        return {"delivered_at": attempt["at"] + took}
    return {"sent_at": attempt["at"]} if attempt["status"] is not None else {}
