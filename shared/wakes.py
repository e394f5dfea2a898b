"""Wakes loops when a write may have given them work.

Each database has one change stream, and each loop a bell that rings on the writes it waits for.
While the stream is open, loops poll rarely. While it is broken, or where MongoDB has no change
streams, loops poll at their usual interval: they start later, but miss no work.
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

# How long MongoDB waits for a write before it answers that there was none. It must answer before
# the socket times out, or a quiet database would look like a broken one.
AWAIT_MS = 10_000
REOPEN_SECONDS = 5.0


def never() -> bool:
    """Return False: a bell without a stream is never reliable, so its loop must poll."""
    return False


@dataclass(frozen=True, eq=False)
class Bell:
    """Wakes one loop by setting ``rung``.

    While ``is_reliable()``, the bell rings for every write that the loop waits for. ``listen``, if
    any, rings it: run it on a thread of its own; it returns after its argument is set.
    """

    is_reliable: Callable[[], bool] = never
    listen: Callable[[threading.Event], None] | None = None
    rung: threading.Event = field(default_factory=threading.Event)


@dataclass(eq=False)
class Wakes:
    """The bells of the loops of one database. Make all of them before ``listen`` is called."""

    mongo: Mongo
    _bells: list[tuple[Bell, frozenset[str]]] = field(default_factory=list)
    _conditions: list[Document] = field(default_factory=list)
    _is_open: bool = False
    _is_reported: bool = False

    def bell(self, *collections: str, **conditions: Document) -> Bell:
        """Return a bell that any write to ``collections`` rings.

        A collection named in ``conditions`` rings it only for change events that match its filter.
        """
        bell = Bell(lambda: self._is_open, self.listen)
        self._bells.append((bell, frozenset({*collections, *conditions})))
        self._conditions.append({"ns.coll": {"$in": list(collections)}})
        self._conditions += [{"ns.coll": name, **filter_} for name, filter_ in conditions.items()]
        return bell

    def listen(self, stop: threading.Event) -> None:
        """Ring bells until ``stop`` is set. A broken stream is logged once, and opened again."""
        while not stop.is_set():
            try:
                self._listen_to_one_stream(stop)
            except PyMongoError as error:
                self._report(error)
            finally:
                self._is_open = False
                # Wake every loop, so that it starts to poll now and not after its long pause.
                self.ring_all()
            stop.wait(REOPEN_SECONDS)

    def ring_all(self) -> None:
        """Wake all loops of this database."""
        for bell, _ in self._bells:
            bell.rung.set()

    def _listen_to_one_stream(self, stop: threading.Event) -> None:
        with self.mongo.db.watch(self._pipeline(), max_await_time_ms=AWAIT_MS) as stream:
            self._is_open, self._is_reported = True, False
            # Writes from before the stream was opened ring no bell, so each loop must look once.
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
        # Only the collection's name is needed; the documents themselves may be large.
        return [{"$match": {"$or": self._conditions}}, {"$project": {"ns": 1}}]

    def _report(self, error: PyMongoError) -> None:
        if not self._is_reported:
            self._is_reported = True
            log.warning(
                "wakes.stream_broken", database=self.mongo.db.name, error=type(error).__name__
            )
