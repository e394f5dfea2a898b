"""Confirmations of ended sub-processors, with every version of each."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any, ClassVar

from pymongo import ASCENDING, DESCENDING, IndexModel

from services.registry.model.deletions import Confirmation, End
from services.registry.store.stored import StoredConfirmation
from shared.documents import from_document, to_row
from shared.mongo import Mongo, Session


class Deletions:
    INDEXES: ClassVar[dict[str, Sequence[IndexModel]]] = {
        "deletions": [
            IndexModel(
                [
                    ("processor_id", ASCENDING),
                    ("sub_processor_id", ASCENDING),
                    ("listed_until", ASCENDING),
                    ("version", ASCENDING),
                ],
                unique=True,
            ),
        ],
    }

    def __init__(self, mongo: Mongo) -> None:
        self._docs = mongo.collection("deletions", StoredConfirmation)

    def add(self, confirmation: Confirmation, session: Session) -> None:
        self._docs.insert_one(to_row(confirmation, StoredConfirmation), session=session)

    def of(
        self, processor_id: str, sub_id: str, session: Session | None = None
    ) -> list[Confirmation]:
        """Every version for each end of an entry, the latest end and its newest version first."""
        where = {"processor_id": processor_id, "sub_processor_id": sub_id}
        order = [("listed_until", DESCENDING), ("version", DESCENDING)]
        found = self._docs.find(where, sort=order, session=session)
        return [from_document(Confirmation, document) for document in found]

    def said(self, processor_id: str, sub_ids: Sequence[str]) -> dict[End, dict[str, Any]]:
        """What was said last of each end of these entries: ``{kind, confirmed_on}``."""
        if not sub_ids:
            return {}
        where = {"processor_id": processor_id, "sub_processor_id": {"$in": list(sub_ids)}}
        found = self._docs.find(where, sort=[("version", ASCENDING)])
        return {
            (each["sub_processor_id"], date.fromisoformat(each["listed_until"])): {
                "kind": each["kind"],
                "confirmed_on": date.fromisoformat(each["confirmed_on"]),
            }
            for each in found
        }

    def confirmed(self, processor_id: str) -> set[End]:
        """The ends of a processor's entries that are confirmed, read from the index alone."""
        wanted: dict[str, Any] = {"_id": 0, "sub_processor_id": 1, "listed_until": 1}
        found = self._docs.find({"processor_id": processor_id}, wanted)
        return {
            (each["sub_processor_id"], date.fromisoformat(each["listed_until"])) for each in found
        }
