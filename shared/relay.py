"""Deliver ledger entries to other services: at least once on the wire, once in effect.

The relay reads each stream from its cursor and posts the entries in order. The listener's inbox
accepts an entry once, in order, by (stream, sequence), in one transaction with its effect.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping, Sequence
from itertools import accumulate
from typing import Any, TypedDict

import structlog
from pymongo.read_concern import ReadConcern

from shared.errors import Conflict
from shared.failures import Failures
from shared.ledger import Ledger, StoredHead
from shared.mongo import Mongo, Session

log = structlog.get_logger()

STREAMS_A_ROUND = 50
ENTRIES_A_POST = 100
# How often a stream is looked for that rests because the listener refused it.
REFUSED_SECONDS = 1.0
# Half of what a listener takes by default. An announcement with many groups of terms has tens of
# kilobytes: after a long interruption, a post of so many entries would be refused forever.
BYTES_A_POST = 512 * 1024

Wire = dict[str, Any]
Handler = Callable[[Session, Mapping[str, Any]], None]


class EntriesOutOfOrder(Conflict):
    """Entries of a stream must come in order; post again from the one expected."""

    code = "entries-out-of-order"


class StoredCursor(TypedDict):
    """``relay_cursors``, ``inbox``: the last entry of a stream that was delivered, or taken."""

    _id: str  # listener:stream, or the stream
    sequence: int


class Relay:
    """Delivers new ledger entries of one service to one listener. Use it from one thread.

    A stream whose entry the listener keeps refusing is set aside (``failures``): its order must
    hold, so nothing more of it is delivered; the other streams go on.
    """

    def __init__(
        self,
        mongo: Mongo,
        ledger: Ledger,
        listener: str,
        post: Callable[[list[Wire]], Any],
        failures: Failures,
    ) -> None:
        self._heads = mongo.collection("ledger_heads", StoredHead)
        # A head that may still be rolled back has no entry to deliver yet (see ``Ledger.entries``).
        self._lasting_heads = self._heads.with_options(read_concern=ReadConcern("majority"))
        self._cursors = mongo.collection("relay_cursors", StoredCursor)
        self._ledger, self._listener, self._post = ledger, listener, post
        self._failures, self._after = failures, ""

    def run_once(self) -> bool:
        """Post what is new, a bounded number of entries; True when there may be more.

        Raises when the listener takes nothing of any stream, so that the loop backs off.
        """
        streams = self._next_streams(self._failures.barred())
        self._failures.run(streams, self._deliver)
        return bool(streams)

    def idle_for(self) -> float:
        """Return for how many seconds there is nothing to post, unless something is appended."""
        return REFUSED_SECONDS if self._failures.barred() else math.inf

    def _next_streams(self, barred: list[str]) -> list[str]:
        """Return the next streams, from where the last round ended: none waits forever behind
        others that always have something new."""
        pending: dict[str, Any] = {"pending": self._listener}
        ahead = {"_id": {"$gt": self._after, "$nin": barred}}
        heads = self._lasting_heads.find({**pending, **ahead}, {"_id": 1})
        streams = [head["_id"] for head in heads.sort("_id", 1).limit(STREAMS_A_ROUND)]
        if not streams and self._after:
            self._after = ""
            return self._next_streams(barred)
        self._after = streams[-1] if len(streams) == STREAMS_A_ROUND else ""
        return streams

    def _deliver(self, stream: str) -> None:
        cursor = self._cursor(stream)
        entries = self._ledger.entries(stream, after=cursor, limit=ENTRIES_A_POST)
        batch = _fitting([self._wire(entry) for entry in entries])
        entries = entries[: len(batch)]
        try:
            if batch:
                self._post(batch)
        except EntriesOutOfOrder as error:
            self._save_cursor(stream, int(error.context["expected"]) - 1)
            return
        if entries:
            self._save_cursor(stream, cursor := entries[-1].sequence)
        self._settle(stream, cursor)

    def _wire(self, entry: Any) -> Wire:
        return self._ledger.told(entry)

    def _cursor(self, stream: str) -> int:
        cursor = self._cursors.find_one({"_id": f"{self._listener}:{stream}"})
        return cursor["sequence"] if cursor else 0

    def _save_cursor(self, stream: str, sequence: int) -> None:
        self._cursors.update_one(
            {"_id": f"{self._listener}:{stream}"}, {"$set": {"sequence": sequence}}, upsert=True
        )

    def _settle(self, stream: str, sequence: int) -> None:
        # The condition keeps the mark if an entry was added meanwhile.
        self._heads.update_one(
            {"_id": stream, "sequence": sequence}, {"$pull": {"pending": self._listener}}
        )


def _fitting(entries: Sequence[Wire]) -> list[Wire]:
    """Return as many entries from the first on as fit into one post, and at least one."""
    sizes = accumulate(len(json.dumps(entry, default=str).encode()) for entry in entries)
    fit = sum(size <= BYTES_A_POST for size in sizes)
    return list(entries[: max(1, fit)])


class Inbox:
    """Takes entries of other services once, in order, in one transaction with their effect."""

    def __init__(self, mongo: Mongo) -> None:
        self._mongo = mongo
        self._cursors = mongo.collection("inbox", StoredCursor)

    def receive(self, entries: Sequence[Mapping[str, Any]], handle: Handler) -> int:
        """Handle the new ``entries`` and return their number. Raises ``EntriesOutOfOrder``."""

        def work(session: Session) -> int:
            return sum(self._take(session, entry, handle) for entry in entries)

        return self._mongo.transact(work)

    def _take(self, session: Session, entry: Mapping[str, Any], handle: Handler) -> bool:
        stream, sequence = entry["stream"], entry["sequence"]
        cursor = self._cursors.find_one({"_id": stream}, session=session)
        expected = (cursor["sequence"] if cursor else 0) + 1
        if sequence < expected:
            return False
        if sequence > expected:
            raise EntriesOutOfOrder(context={"stream": stream, "expected": expected})
        handle(session, entry)
        self._cursors.update_one(
            {"_id": stream}, {"$set": {"sequence": sequence}}, upsert=True, session=session
        )
        return True
