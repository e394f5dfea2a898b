"""Wakes loops when a write may have given them work, by one change stream for each database.

While the stream is open a loop polls rarely. When it breaks, or MongoDB offers none, loops poll at
their own pace, and nothing but time is lost.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import structlog
from pymongo.change_stream import ChangeStream
from pymongo.errors import PyMongoError

from shared.documents import Document
from shared.mongo import Mongo

log = structlog.get_logger()

# How long MongoDB keeps a question open while nothing is written: shorter than the time limit of
# the socket, so that silence is no error.
AWAIT_MS = 10_000
REOPEN_SECONDS = 5.0


def never() -> bool:
    return False


@dataclass(frozen=True, eq=False)
class Bell:
    """Wakes one loop. While ``is_reliable``, every write that the loop waits for rings it.

    ``listen`` runs on a thread of its own until its event is set.
    """

    is_reliable: Callable[[], bool] = never
    listen: Callable[[threading.Event], None] | None = None
    rung: threading.Event = field(default_factory=threading.Event)


@dataclass(eq=False)
class Wakes:
    """The bells of the loops that work on one database. Make all bells before ``listen`` runs."""

    mongo: Mongo
    _bells: list[tuple[Bell, frozenset[str]]] = field(default_factory=list)
    _conditions: list[Document] = field(default_factory=list)
    _is_open: bool = False
    _is_reported: bool = False

    def bell(self, *collections: str, **conditions: Document) -> Bell:
        """Return a bell that any write to ``collections`` rings.

        ``conditions``: by collection, which change events of it ring the bell.
        """
        bell = Bell(lambda: self._is_open, self.listen)
        self._bells.append((bell, frozenset({*collections, *conditions})))
        self._conditions.append({"ns.coll": {"$in": list(collections)}})
        self._conditions += [{"ns.coll": name, **only} for name, only in conditions.items()]
        return bell

    def listen(self, stop: threading.Event) -> None:
        """Ring until ``stop`` is set; a stream that breaks is opened again, and reported once."""
        while not stop.is_set():
            try:
                self._listen_to_one_stream(stop)
            except PyMongoError as error:
                self._report(error)
            finally:
                self._is_open = False
                # From now on loops poll, and none may sleep through the change.
                self.ring_all()
            stop.wait(REOPEN_SECONDS)

    def ring_all(self) -> None:
        for bell, _ in self._bells:
            bell.rung.set()

    def _listen_to_one_stream(self, stop: threading.Event) -> None:
        with self.mongo.db.watch(self._pipeline(), max_await_time_ms=AWAIT_MS) as stream:
            self._is_open, self._is_reported = True, False
            # What was written before the stream began rings no bell.
            self.ring_all()
            while stream.alive and not stop.is_set():
                self._ring_next(stream)

    def _ring_next(self, stream: ChangeStream[Document]) -> None:
        change = stream.try_next()
        if change is not None and "ns" in change:
            self._ring(change["ns"]["coll"])

    def _ring(self, collection: str) -> None:
        for bell, collections in self._bells:
            if collection in collections:
                bell.rung.set()

    def _pipeline(self) -> Sequence[dict[str, Any]]:
        # The names are all that is needed; a document may have megabytes.
        return [{"$match": {"$or": self._conditions}}, {"$project": {"ns": 1}}]

    def _report(self, error: PyMongoError) -> None:
        if not self._is_reported:
            self._is_reported = True
            log.warning(
                "wakes.stream_broken", database=self.mongo.db.name, error=type(error).__name__
            )
