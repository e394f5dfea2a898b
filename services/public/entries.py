"""Entries of lists as they are shown, each kept with what was made of it: its search text, its row.

A list of another day shares most entries with today's, so a list of thousands costs little when
most of its entries have been seen before.
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


# Rows in three languages, under other parents, before and after an instrument's end.
MOST_MADE = 12


class Made:
    """Keeps what was made of a thing that nobody alters."""

    def __init__(self) -> None:
        self._made: dict[Hashable, Any] = {}

    def once(self, key: Hashable, make: Callable[[], T]) -> T:
        """What ``make`` gives for this ``key``, made the first time it is asked for."""
        made: T | None = self._made.get(key)
        if made is None:
            if len(self._made) >= MOST_MADE:
                self._made.clear()
            made = self._made[key] = make()
        return made


class Entry(dict[str, Any], Made):
    """One entry, public members only."""

    def __init__(self, members: dict[str, Any]) -> None:
        dict.__init__(self, members)
        Made.__init__(self)


class Listing(list[Entry], Made):
    """A whole list in the order in which it is shown."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        list.__init__(self, entries)
        Made.__init__(self)


@dataclass
class Listings:
    """Lists read a moment ago, by register and day; ``limit`` of them, for ``kept_seconds``."""

    limit: int = 1
    kept_seconds: float = 0.0
    seconds: Callable[[], float] = time.monotonic
    _held: OrderedDict[Hashable, tuple[Hashable, float, Listing]] = field(
        default_factory=OrderedDict
    )
    _lock: Lock = field(default_factory=Lock)

    def get(self, key: Hashable, mark: Hashable, read: Callable[[], Listing]) -> Listing:
        """The list under ``key`` while the register is as ``mark`` says; else what is read."""
        held, now = self._held.get(key), self.seconds()
        if held is not None and held[0] == mark and now < held[1]:
            return held[2]
        listing = read()
        with self._lock:
            self._held.pop(key, None)
            self._held[key] = (mark, now + self.kept_seconds, listing)
            while len(self._held) > self.limit:
                self._held.popitem(last=False)
        return listing


class Entries:
    """The last ``limit`` entries that were read, by their keys."""

    def __init__(self, limit: int = 8_000) -> None:
        self._limit, self._lock = limit, Lock()
        self._held: OrderedDict[str, Entry] = OrderedDict()

    def get(self, key: str) -> Entry | None:
        """The entry with this key, if it was read before."""
        return self._held.get(key)

    def read(
        self, keys: Sequence[str], items: Sequence[Json], places: Sequence[Json]
    ) -> dict[str, Entry]:
        """The entries with these keys; ``items`` name their ``places`` by position, for many
        entries share one."""
        shared = [public_members.public_place(place) for place in places]
        found = {
            key: Entry(public_members.public_entry(item, shared))
            for key, item in zip(keys, items, strict=True)
        }
        with self._lock:
            self._held |= found
            while len(self._held) > self._limit:
                self._held.popitem(last=False)
        return found


def entry_of(item: dict[str, Any]) -> Entry:
    """``item`` of the registry as an entry; one that is an entry already stays the same."""
    return item if isinstance(item, Entry) else Entry(public_members.public_entry(item))
