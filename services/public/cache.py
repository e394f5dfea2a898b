"""Rendered answers kept in memory, so that a page asked for again costs almost nothing.

An entry is served as it is while it is fresh. After that the registry is asked for the version of
the register: the same version makes the entry fresh again, another one has the answer rendered
anew. While the registry is unavailable the last answer is served.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field

from shared.errors import Unavailable

Version = Hashable | None
Monotonic = Callable[[], float]


@dataclass(frozen=True)
class RenderedAnswer:
    """One answer, ready to send: its body and headers."""

    body: bytes
    etag: str
    headers: tuple[tuple[str, str], ...]
    last_modified: str


@dataclass
class CacheEntry:
    """An answer, the version of the register it shows, and until when it may be served.

    Times are seconds of the ``monotonic`` clock. Up to ``fresh_until`` nobody is asked; up to
    ``expires_at`` it is enough that the version is still the same.
    """

    answer: RenderedAnswer
    version: Version
    fresh_until: float
    expires_at: float


@dataclass
class AnswerCache:
    """At most ``limit`` entries and ``limit_bytes`` bytes; the least recently used go first."""

    limit: int
    limit_bytes: int
    fresh_seconds: float
    kept_seconds: float
    monotonic: Monotonic
    _entries: OrderedDict[Hashable, CacheEntry] = field(default_factory=OrderedDict)
    _bytes: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def last(self, key: Hashable) -> CacheEntry | None:
        """The entry under ``key``, however old."""
        return self._entries.get(key)

    def get(
        self, key: Hashable, version: Callable[[], Version], render: Callable[[], RenderedAnswer]
    ) -> CacheEntry:
        """The entry under ``key`` if it shows the current ``version``; else a new one.

        A version of None means that it cannot be known, so the answer is rendered anew. Raises
        ``Unavailable`` only when there is no entry to fall back on.
        """
        entry, now = self._entries.get(key), self.monotonic()
        if entry and now < entry.fresh_until:
            return entry
        if entry:
            # This thread asks the registry; meanwhile the others serve the entry as it is.
            entry.fresh_until = now + self.fresh_seconds
        try:
            return self._renewed(key, entry, version(), render)
        except Unavailable:
            if entry is None:
                raise
            entry.fresh_until = now + max(self.fresh_seconds, 1.0)
            return entry

    def _renewed(
        self,
        key: Hashable,
        entry: CacheEntry | None,
        version: Version,
        render: Callable[[], RenderedAnswer],
    ) -> CacheEntry:
        now = self.monotonic()
        if entry and version is not None and version == entry.version and now < entry.expires_at:
            entry.fresh_until = now + self.fresh_seconds
            with self._lock:
                if key in self._entries:
                    self._entries.move_to_end(key)
            return entry
        fresh = CacheEntry(render(), version, now + self.fresh_seconds, now + self.kept_seconds)
        self._store(key, fresh)
        return fresh

    def _store(self, key: Hashable, entry: CacheEntry) -> None:
        with self._lock:
            old = self._entries.pop(key, None)
            self._entries[key] = entry
            self._bytes += len(entry.answer.body) - (len(old.answer.body) if old else 0)
            while len(self._entries) > self.limit or self._bytes > self.limit_bytes:
                _, dropped = self._entries.popitem(last=False)
                self._bytes -= len(dropped.answer.body)
