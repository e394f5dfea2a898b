"""Keeps entries and lists in memory, together with the texts computed from them.

A list of another day shares most entries with today's list. Because each entry keeps its rendered
rows and its search text, a second list of thousands of entries costs little.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass, field
from threading import Lock
from typing import Any, TypeVar

from services.public import public_members

T = TypeVar("T")
Json = dict[str, Any]

# Enough for the rows of an entry: three languages, several parents, before and after the end of an
# instrument.
MAX_MEMOS = 16


class Memo:
    """Keeps results computed from an object that never changes."""

    def __init__(self) -> None:
        self._memos: dict[Hashable, Any] = {}

    def once(self, key: Hashable, make: Callable[[], T]) -> T:
        """Return the result of ``make`` under ``key``; it is computed on first use."""
        result: T | None = self._memos.get(key)
        if result is None:
            if len(self._memos) >= MAX_MEMOS:
                self._memos.clear()
            result = self._memos[key] = make()
        return result


class Entry(dict[str, Any], Memo):
    """The public members of one entry."""

    def __init__(self, members: dict[str, Any]) -> None:
        dict.__init__(self, members)
        Memo.__init__(self)


def listed(entry: Entry, days: dict[str, Any]) -> Entry:
    """Return the entry with its days on the list, which other lists of it may not share."""
    shown = public_members.public_entry(days)
    return entry.once(("listed", str(shown)), lambda: Entry({**entry, **shown}))


class Listing(list[Entry], Memo):
    """All entries of a register on one day, in the order of the page."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        list.__init__(self, entries)
        Memo.__init__(self)


@dataclass
class Listings:
    """Keeps the last ``limit`` lists, by register and day, each for ``kept_seconds``.

    The time is short because verdicts change when a transfer instrument ends, although the register
    then gets no new version.
    """

    limit: int = 32
    kept_seconds: float = 5.0
    monotonic: Callable[[], float] = time.monotonic
    _cached: OrderedDict[Hashable, tuple[Hashable, float, Listing]] = field(
        default_factory=OrderedDict
    )
    _lock: Lock = field(default_factory=Lock)

    def get(self, key: Hashable, version: Hashable, read: Callable[[], Listing]) -> Listing:
        """Return the list under ``key`` if it has this ``version``, else the result of ``read``."""
        cached, now = self._cached.get(key), self.monotonic()
        if cached is not None and cached[0] == version and now < cached[1]:
            return cached[2]
        listing = read()
        with self._lock:
            self._cached.pop(key, None)
            self._cached[key] = (version, now + self.kept_seconds, listing)
            while len(self._cached) > self.limit:
                self._cached.popitem(last=False)
        return listing


class Entries:
    """Keeps the last ``limit`` entries that were read, by the registry's keys."""

    def __init__(self, limit: int = 8_000) -> None:
        self._limit, self._lock = limit, Lock()
        self._cached: OrderedDict[str, Entry] = OrderedDict()

    def get(self, key: str) -> Entry | None:
        """Return the entry with this key, or None if it is not kept."""
        return self._cached.get(key)

    def read(
        self, keys: Sequence[str], items: Sequence[Json], places: Sequence[Json]
    ) -> dict[str, Entry]:
        """Keep and return the entries under ``keys``, which ``items`` describe in the same order.

        An item gives the positions of its places in ``places``, because many entries share a place.
        """
        shared = [public_members.public_place(place) for place in places]
        entries = {
            key: Entry(public_members.public_entry(item, shared))
            for key, item in zip(keys, items, strict=True)
        }
        with self._lock:
            self._cached |= entries
            while len(self._cached) > self._limit:
                self._cached.popitem(last=False)
        return entries


def entry_of(item: dict[str, Any]) -> Entry:
    """Return ``item`` of the registry as an entry; an entry is returned unchanged."""
    return item if isinstance(item, Entry) else Entry(public_members.public_entry(item))
