"""Keeps rendered answers in memory, so that the next request for a page costs almost nothing.

While an entry is fresh it is served without a call. After that the cache asks the registry for the
version of the register. If the version is the same, the entry is fresh again; otherwise the answer
is rendered anew. While the registry is unavailable, the last answer is served.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field

from shared.errors import NotFound, Unavailable

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
    """An answer, the version of the register that it shows, and two times.

    Until ``fresh_until`` it is served without a query to the registry. Until ``expires_at`` it is
    served if the registry still has the same version. Both are seconds of ``monotonic``.
    """

    answer: RenderedAnswer
    version: Version
    fresh_until: float
    expires_at: float


@dataclass
class AnswerCache:
    """Holds up to ``limit`` entries and ``limit_bytes`` bytes; drops the least recently used."""

    limit: int
    limit_bytes: int
    fresh_seconds: float
    kept_seconds: float
    monotonic: Monotonic
    _entries: OrderedDict[Hashable, CacheEntry] = field(default_factory=OrderedDict)
    _bytes: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def last(self, key: Hashable) -> CacheEntry | None:
        """Return the entry under ``key``, however old, or None."""
        return self._entries.get(key)

    def get(
        self, key: Hashable, version: Callable[[], Version], render: Callable[[], RenderedAnswer]
    ) -> CacheEntry:
        """Return the entry under ``key`` if it shows the current version, else a new one.

        ``version`` returns None where answers have no version; then a stale one is rendered anew.
        Raises ``Unavailable`` only if no older entry can be served, and ``NotFound`` where there
        is nothing any more; the entry is forgotten then.
        """
        entry, now = self._entries.get(key), self.monotonic()
        if entry and now < entry.fresh_until:
            return entry
        if entry:
            # This thread queries the registry; other threads serve the old entry meanwhile.
            entry.fresh_until = now + self.fresh_seconds
        try:
            return self._renewed(key, entry, version(), render)
        except NotFound:
            self._forget(key)
            raise
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
        new_entry = CacheEntry(render(), version, now + self.fresh_seconds, now + self.kept_seconds)
        self._store(key, new_entry)
        return new_entry

    def _forget(self, key: Hashable) -> None:
        """Serve the entry no more, even where its answer is repeated without asking here."""
        with self._lock:
            old = self._entries.pop(key, None)
            if old is not None:
                old.fresh_until = 0.0
                self._bytes -= len(old.answer.body)

    def _store(self, key: Hashable, entry: CacheEntry) -> None:
        with self._lock:
            old = self._entries.pop(key, None)
            self._entries[key] = entry
            self._bytes += len(entry.answer.body) - (len(old.answer.body) if old else 0)
            while len(self._entries) > self.limit or self._bytes > self.limit_bytes:
                _, dropped = self._entries.popitem(last=False)
                self._bytes -= len(dropped.answer.body)
