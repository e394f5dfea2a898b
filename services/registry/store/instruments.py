"""What the platform recorded of instruments, and the merged set that verdicts are made with."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from hashlib import sha256
from typing import ClassVar

from pymongo import ASCENDING, IndexModel

from services.registry.model.instruments import (
    InstrumentExists,
    Recorded,
    merged,
    with_staleness,
)
from services.registry.store.stored import StoredRevision
from services.registry.transfers import Instrument, load_instruments
from shared.documents import from_document, to_row
from shared.mongo import AlreadyExists, Mongo, Session, duplicates_as_conflicts, uncommitted

Known = Mapping[str, Instrument]


class Instruments:
    """``version`` tells how far the record has come; a process keeps the merged set until then."""

    INDEXES: ClassVar[dict[str, Sequence[IndexModel]]] = {
        "instruments": [IndexModel([("instrument_id", ASCENDING), ("revision", ASCENDING)])],
    }

    def __init__(self, mongo: Mongo, version: Callable[[], object], stale_days: int) -> None:
        self._docs = mongo.collection("instruments", StoredRevision)
        self._version, self._stale_days = version, stale_days
        self._kept: tuple[object, Known] = (None, {})

    def known(self, today: date) -> Known:
        """Shipped and recorded instruments, by id; stale ones are marked as of ``today``."""
        # The version is read first: what is recorded in between is then read again, never missed.
        key = (self._version(), today)
        kept_key, known = self._kept
        if kept_key != key:
            now_known = merged(load_instruments(), self.latest().values())
            known = with_staleness(now_known, today, self._stale_days)
            if not uncommitted():
                self._kept = (key, known)
        return known

    def tag(self, today: date) -> str:
        """A short name of the state that ``known`` is in; another state has another name."""
        state = f"{self._version()} {today} {self._stale_days}"
        return sha256(state.encode()).hexdigest()[:12]

    def latest(self) -> dict[str, Recorded]:
        """The last revision of every instrument the platform has altered or added."""
        documents = self._docs.find().sort("revision", ASCENDING)
        return {
            document["instrument_id"]: from_document(Recorded, document) for document in documents
        }

    def history(self, instrument_id: str, session: Session | None = None) -> list[Recorded]:
        """Every revision of one instrument, the oldest first."""
        documents = self._docs.find({"instrument_id": instrument_id}, session=session)
        return [
            from_document(Recorded, document) for document in documents.sort("revision", ASCENDING)
        ]

    def add(self, recorded: Recorded, session: Session) -> None:
        """Raises ``InstrumentExists`` when somebody else wrote this revision first."""
        try:
            with duplicates_as_conflicts():
                self._docs.insert_one(to_row(recorded, StoredRevision), session=session)
        except AlreadyExists as error:
            raise InstrumentExists from error
