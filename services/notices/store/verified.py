"""Addresses of customers that somebody was seen to read: a link that was mailed there was used."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from pymongo import ASCENDING, IndexModel

from services.notices.model.stored import StoredVerified
from shared.mongo import Mongo, Session

# Who has used no link for so long is to be asked anew; nobody's address is kept for ever.
KEPT_SECONDS = 400 * 86_400
INDEXES: Sequence[IndexModel] = [
    IndexModel([("at", ASCENDING)], expireAfterSeconds=KEPT_SECONDS),
    IndexModel([("owner", ASCENDING)]),
    IndexModel([("address", ASCENDING)]),
]
# By owner and address: the last use of a link.
Verified = Mapping[str, Mapping[str, StoredVerified]]


class VerifiedAddresses:
    def __init__(self, mongo: Mongo) -> None:
        self._docs = mongo.collection("verified_addresses", StoredVerified)

    def note(self, owner: str, address: str, how: str, at: datetime, session: Session) -> None:
        """Somebody used a link that was mailed to this address. ``how``: what it served for."""
        row: StoredVerified = {
            "_id": f"{owner}|{address}",
            "owner": owner,
            "address": address,
            "at": at,
            "how": how,
        }
        self._docs.replace_one({"_id": row["_id"]}, row, upsert=True, session=session)

    def of(self, owners: Iterable[str]) -> Verified:
        found: defaultdict[str, dict[str, StoredVerified]] = defaultdict(dict)
        for row in self._docs.find({"owner": {"$in": list(set(owners))}}):
            found[row["owner"]][row["address"]] = row
        return found

    def hand_over(self, agreement_id: str, owner: str, session: Session) -> None:
        """What was seen while the agreement stood for its customer counts for the customer."""
        for row in list(self._docs.find({"owner": agreement_id}, session=session)):
            self.note(owner, row["address"], row["how"], row["at"], session)
            self._docs.delete_one({"_id": row["_id"]}, session=session)

    def doubt(self, address: str, session: Session) -> None:
        """A mail came back from there for good: what was seen before says nothing any more."""
        self._docs.delete_many({"address": address}, session=session)
