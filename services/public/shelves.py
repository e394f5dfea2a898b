"""One cache and a number of places for each kind of answer, so that kinds do not crowd each other.

Standard answers are those that everybody opens: the pages and files of today. Custom answers are
those that a visitor chose: another day, a search, a comparison. There are more of these than can
be kept, so they have a cache of their own. A PDF takes longest and has places of its own.

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
# The end of a transfer instrument changes verdicts without an entry in the register's ledger, so
# an unchanged version does not keep an answer for longer than this.
KEPT_SECONDS = 60.0


@dataclass(frozen=True)
class Shelf:
    """The cache of one kind of answer, and the places at which it is rendered."""

    cache: AnswerCache
    places: Places

    def get(
        self, key: Hashable, version: Callable[[], Version], render: Callable[[], RenderedAnswer]
    ) -> CacheEntry:
        """As ``AnswerCache.get``, but requests for one key that come together share one rendering.

        When all places are taken the last entry is served, however old. Raises ``Busy`` if there
        is none.
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
        """The entry under ``key`` if it may be served without asking the registry."""
        entry = self.cache.last(key)
        is_fresh = entry is not None and self.cache.monotonic() < entry.fresh_until
        return entry if is_fresh else None


@dataclass(frozen=True)
class Shelves:
    """A shelf for each kind of answer; the two of a kind share one cache."""

    standard: Shelf
    custom: Shelf
    pdf: Shelf
    custom_pdf: Shelf
    # A ledger is streamed as fast as its reader reads and never cached; places bound its threads.
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
        if is_custom(query):
            return self.custom_pdf if pdf else self.custom
        return self.pdf if pdf else self.standard


def is_custom(query: Query) -> bool:
    """Whether the visitor chose something of which there are more than can be kept."""
    days = (query.as_of, query.from_, query.to)
    return any((*days, query.country, query.category, query.q, query.entry_id))
