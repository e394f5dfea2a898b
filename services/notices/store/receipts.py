"""What is known of the way of notices: read for whole lists of them, and no more than is asked."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from services.notices.events import NOTICES
from services.notices.model.receipts import Moments, moments_of
from shared.mongo import Document, Mongo

_OF_NOTICES = {"change_id": 1, "agreement_id": 1, "acknowledged_at": 1}
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
        ids = [each["_id"] for each in notices]
        deliveries = self._by_message("deliveries", ids, _OF_DELIVERIES)
        mails = self._by_message("mails", ids, _OF_MAILS)
        return [_known(each, deliveries, mails) for each in notices]

    def _by_message(
        self, name: str, ids: Sequence[str], wanted: Mapping[str, int]
    ) -> dict[str, list[Document]]:
        found: dict[str, list[Document]] = defaultdict(list)
        if ids:
            for row in self._db[name].find({"message_id": {"$in": list(ids)}}, wanted):
                found[row["message_id"]].append(row)
        return found


def _known(
    notice: Document,
    deliveries: Mapping[str, Sequence[Document]],
    mails: Mapping[str, Sequence[Document]],
) -> Known:
    own = notice["_id"]
    moments = moments_of(notice["acknowledged_at"], deliveries.get(own, ()), mails.get(own, ()))
    return Known(notice["change_id"], notice["agreement_id"], moments)
