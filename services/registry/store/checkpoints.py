"""Signed checkpoints, and how far today's round of them has come."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import ClassVar, cast

from pymongo import ASCENDING, IndexModel
from pymongo.errors import DuplicateKeyError

from services.registry.store.stored import StoredCheckpoint, StoredRound
from shared.checkpoints import Checkpoint
from shared.documents import from_document, to_document
from shared.ledger import StoredHead
from shared.mongo import Mongo, Session
from shared.pagination import Page, PageRequest, find_page

ROUND = "daily"


@dataclass(frozen=True)
class Round:
    """The daily round over all streams: those up to ``after`` have had theirs on ``day``."""

    day: date
    after: str = ""
    done: bool = False


class Checkpoints:
    """One at most for each entry: signing the same head twice would say nothing new."""

    INDEXES: ClassVar[dict[str, Sequence[IndexModel]]] = {
        "checkpoints": [IndexModel([("stream", ASCENDING), ("sequence", ASCENDING)], unique=True)]
    }

    def __init__(self, mongo: Mongo) -> None:
        self._docs = mongo.collection("checkpoints", StoredCheckpoint)
        self._rounds = mongo.collection("checkpoint_rounds", StoredRound)
        self._heads = mongo.collection("ledger_heads", StoredHead)

    def keep(self, checkpoint: Checkpoint) -> bool:
        """Store it; False when its entry has one already."""
        document = {"_id": _key(checkpoint.stream, checkpoint.sequence), **to_document(checkpoint)}
        try:
            self._docs.insert_one(cast("StoredCheckpoint", document))
        except DuplicateKeyError:
            return False
        return True

    def of(self, stream: str, sequence: int) -> Checkpoint | None:
        document = self._docs.find_one({"_id": _key(stream, sequence)}, {"_id": 0})
        return from_document(Checkpoint, document) if document else None

    def page(self, stream: str, request: PageRequest) -> Page:
        """The newest first."""
        where = {"stream": stream}
        page = find_page(self._docs, where, request, key="sequence", newest_first=True, of=int)
        for document in page.items:
            del document["_id"]
        return Page(
            [from_document(Checkpoint, document) for document in page.items], page.next_cursor
        )

    def round(self) -> Round | None:
        document = self._rounds.find_one({"_id": ROUND}, {"_id": 0})
        return from_document(Round, document) if document else None

    def save_round(self, reached: Round) -> None:
        document = cast("StoredRound", {"_id": ROUND, **to_document(reached)})
        self._rounds.replace_one({"_id": ROUND}, document, upsert=True)

    def streams(self, after: str, limit: int, session: Session | None = None) -> list[str]:
        """Names of the streams that follow ``after``."""
        heads = self._heads.find({"_id": {"$gt": after}}, {"_id": 1}, session=session)
        return [head["_id"] for head in heads.sort("_id").limit(limit)]


def _key(stream: str, sequence: int) -> str:
    return f"{stream}#{sequence}"
