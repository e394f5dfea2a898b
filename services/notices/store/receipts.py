"""What has happened to notices, read for whole lists of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from services.notices.channels import CHANNELS
from services.notices.events import NOTICES
from services.notices.model.receipts import Moments, moments_of
from services.notices.model.stored import StoredMessage
from services.notices.store.messages import about
from shared.documents import Document
from shared.mongo import Mongo

_NOTICE = dict.fromkeys(
    ("change_id", "other_change_ids", "agreement_id", "acknowledged_at", "notice"), 1
)
# What channels judge by.
_DELIVERY = {
    "_id": 0,
    "state": 1,
    "delivered_at": 1,
    "sent_at": 1,
    "attempts.at": 1,
    "attempts.status": 1,
}


@dataclass(frozen=True)
class Known:
    """The notice of one change, and what has happened to it."""

    change_id: str
    agreement_id: str
    moments: Moments


class Receipts:
    def __init__(self, mongo: Mongo) -> None:
        self._messages = mongo.collection("messages", StoredMessage)

    def known(self, change_ids: Sequence[str], agreement_ids: Sequence[str]) -> list[Known]:
        """The notices of these changes to these agreements."""
        notices = self._with_deliveries(
            {
                **about(change_ids),
                "agreement_id": {"$in": list(agreement_ids)},
                "type": {"$in": list(NOTICES)},
            }
        )
        asked = set(change_ids)
        return [
            Known(change_id, notice["agreement_id"], _moments(notice))
            for notice in notices
            for change_id in (notice["change_id"], *notice.get("other_change_ids", ()))
            if change_id in asked
        ]

    def of_messages(
        self, message_ids: Sequence[str]
    ) -> dict[str, tuple[Mapping[str, Any], Moments]]:
        """By message: the notice it carries, and what has happened to it."""
        where = {"_id": {"$in": list(message_ids)}, "notice": {"$ne": None}}
        notices = self._with_deliveries(where)
        return {notice["_id"]: (notice["notice"], _moments(notice)) for notice in notices}

    def _with_deliveries(self, where: Document) -> Iterable[Mapping[str, Any]]:
        # One query instead of one per channel: the gate waits for it.
        steps: list[Document] = [{"$match": where}, {"$project": _NOTICE}]
        steps += [_joined(channel.collection) for channel in CHANNELS]
        return self._messages.aggregate(steps)


def _joined(name: str) -> Document:
    """A step that adds the rows of another collection about each message."""
    return {
        "$lookup": {
            "from": name,
            "localField": "_id",
            "foreignField": "message_id",
            "pipeline": [{"$project": _DELIVERY}],
            "as": name,
        }
    }


def _moments(row: Mapping[str, Any]) -> Moments:
    deliveries = (
        channel.moments(delivery) for channel in CHANNELS for delivery in row[channel.collection]
    )
    return moments_of(row["acknowledged_at"], deliveries)
