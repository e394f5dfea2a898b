"""What is known of the way of notices: read for whole lists of them, and no more than is asked."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from services.notices.events import NOTICES
from services.notices.model.receipts import Moments, moments_of
from shared.mongo import Document, Mongo

_OF_NOTICES = dict.fromkeys(("change_id", "agreement_id", "acknowledged_at", "notice"), 1)
_OF_DELIVERIES = {"message_id": 1, "delivered_at": 1, "attempts.at": 1, "attempts.status": 1}
_OF_MAILS = {"message_id": 1, "state": 1, "delivered_at": 1}


@dataclass(frozen=True)
class Known:
    """One notice and what has happened to it."""

    change_id: str
    agreement_id: str
    moments: Moments


class Receipts:
    def __init__(self, mongo: Mongo) -> None:
        self._db = mongo.db

    def known(self, change_ids: Sequence[str], agreement_ids: Sequence[str]) -> list[Known]:
        """The notices of these changes to these agreements: three queries, however many."""
        where: Document = {
            "change_id": {"$in": list(change_ids)},
            "agreement_id": {"$in": list(agreement_ids)},
            "type": {"$in": list(NOTICES)},
        }
        notices = list(self._db["messages"].find(where, _OF_NOTICES))
        moments = self._moments(notices)
        return [Known(n["change_id"], n["agreement_id"], moments[n["_id"]]) for n in notices]

    def of_messages(
        self, message_ids: Sequence[str]
    ) -> dict[str, tuple[Mapping[str, Any], Moments]]:
        """By message: the notice it carries, and what has happened to it."""
        if not message_ids:
            return {}
        where: Document = {"_id": {"$in": list(message_ids)}, "notice": {"$ne": None}}
        notices = list(self._db["messages"].find(where, _OF_NOTICES))
        moments = self._moments(notices)
        return {each["_id"]: (each["notice"], moments[each["_id"]]) for each in notices}

    def _moments(self, notices: Sequence[Document]) -> dict[str, Moments]:
        ids = [each["_id"] for each in notices]
        hooks = self._by_message("deliveries", ids, _OF_DELIVERIES)
        mails = self._by_message("mails", ids, _OF_MAILS)
        return {
            each["_id"]: moments_of(
                each["acknowledged_at"], hooks.get(each["_id"], ()), mails.get(each["_id"], ())
            )
            for each in notices
        }

    def _by_message(
        self, name: str, ids: Sequence[str], wanted: Mapping[str, int]
    ) -> dict[str, list[Document]]:
        found: dict[str, list[Document]] = defaultdict(list)
        if ids:
            for row in self._db[name].find({"message_id": {"$in": list(ids)}}, wanted):
                found[row["message_id"]].append(row)
        return found
