"""Gives each kind of answer a cache and places of its own, so that kinds do not crowd each other.

Standard answers are the pages and files of today, which most visitors open. Custom answers depend
on a choice of the visitor: another day, a search, a comparison. There are too many to keep them
all, so they have their own cache and cannot push out standard answers. A PDF takes longest to
render, so PDFs have their own places.

All places together occupy at most 23 of the 32 threads of a process, waiting requests included.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass

from services.public.cache import AnswerCache, CacheEntry, Monotonic, RenderedAnswer, Version
from services.public.query import Query
from shared.places import Busy, Places

MAX_ANSWERS = 512
STANDARD_BYTES, CUSTOM_BYTES = 24 * 1024 * 1024, 8 * 1024 * 1024
# The longest time for which an answer is served while the version stays the same. It is short,
# because verdicts change when a transfer instrument ends, although the version does not.
KEPT_SECONDS = 60.0


@dataclass(frozen=True)
class Shelf:
    """The cache of one kind of answer, and the places that limit how many are rendered at once."""

    cache: AnswerCache
    places: Places

    def get(
        self, key: Hashable, version: Callable[[], Version], render: Callable[[], RenderedAnswer]
    ) -> CacheEntry:
        """Return an entry as ``AnswerCache.get`` does, rendered once for simultaneous requests.

        If no place is free, returns the last entry under ``key``, however old. Raises ``Busy`` if
        there is no such entry.
        """
        entry = self.fresh(key)
        if entry is not None:
            return entry
        try:
            return self.places.shared(key, lambda: self.cache.get(key, version, render))
        except Busy:
            entry = self.cache.last(key)
            if entry is None:
                raise
            return entry

    def fresh(self, key: Hashable) -> CacheEntry | None:
        """Return the entry under ``key`` if it can be served without a query to the registry."""
        entry = self.cache.last(key)
        is_fresh = entry is not None and self.cache.monotonic() < entry.fresh_until
        return entry if is_fresh else None


@dataclass(frozen=True)
class Shelves:
    """The shelves of all kinds of answer; a PDF shares the cache of standard or custom answers."""

    standard: Shelf
    custom: Shelf
    pdf: Shelf
    custom_pdf: Shelf
    # Ledgers are not cached. A slow client keeps a thread busy, so these places limit the streams.
    streams: Places

    @classmethod
    def of(cls, fresh_seconds: float, monotonic: Monotonic) -> Shelves:
        def cache(limit_bytes: int) -> AnswerCache:
            return AnswerCache(MAX_ANSWERS, limit_bytes, fresh_seconds, KEPT_SECONDS, monotonic)

        standard, custom = cache(STANDARD_BYTES), cache(CUSTOM_BYTES)
        pdf = Places(working=1, waiting=2)
        return cls(
            Shelf(standard, Places(working=2, waiting=6)),
            Shelf(custom, Places(working=2, waiting=4)),
            Shelf(standard, pdf),
            Shelf(custom, pdf),
            Places(working=6),
        )

    def shelf(self, query: Query, *, pdf: bool) -> Shelf:
        """Return the shelf for the answer to ``query``."""
        if is_custom(query):
            return self.custom_pdf if pdf else self.custom
        return self.pdf if pdf else self.standard


def is_custom(query: Query) -> bool:
    """Return whether the answer depends on more than register and language."""
    days = (query.as_of, query.from_, query.to)
    return query.narrowed or any(
        (*days, query.sort, query.page, query.bom, query.entry_id, query.change_id, query.number)
    )
