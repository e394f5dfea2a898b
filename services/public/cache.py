"""Rendered answers kept in memory, so that a warm page costs little more than a bare view.

A copy is handed out as it is for a moment; after that the register is asked for its head, and an
unchanged head keeps the copy. When the registry is away the last copy is served.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field

from shared.errors import Unavailable

Mark = Hashable | None
Seconds = Callable[[], float]


@dataclass(frozen=True)
class Copy:
    """One rendered answer: its bytes and its headers, ready to send."""

    body: bytes
    etag: str
    headers: tuple[tuple[str, str], ...]
    last_modified: str


@dataclass
class Held:
    copy: Copy
    mark: Mark
    fresh_until: float
    kept_until: float


@dataclass
class Copies:
    """At most ``limit`` copies and ``limit_bytes`` bytes; the longest unused go first."""

    limit: int
    limit_bytes: int
    fresh_seconds: float
    kept_seconds: float
    seconds: Seconds
    _held: OrderedDict[Hashable, Held] = field(default_factory=OrderedDict)
    _bytes: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def last(self, key: Hashable) -> Held | None:
        """The copy under ``key``, however old."""
        return self._held.get(key)

    def get(self, key: Hashable, mark: Callable[[], Mark], make: Callable[[], Copy]) -> Held:
        """The copy under ``key``; ``mark`` says which state of the register it must show.
        A mark of None means the state cannot be told, so the copy is made anew each time."""
        held, now = self._held.get(key), self.seconds()
        if held and now < held.fresh_until:
            return held
        if held:
            # One visitor asks; the others have the old copy for as long as that takes.
            held.fresh_until = now + self.fresh_seconds
        try:
            return self._renewed(key, held, mark(), make)
        except Unavailable:
            if held is None:
                raise
            held.fresh_until = now + max(self.fresh_seconds, 1.0)
            return held

    def _renewed(
        self, key: Hashable, held: Held | None, mark: Mark, make: Callable[[], Copy]
    ) -> Held:
        now = self.seconds()
        if held and mark is not None and mark == held.mark and now < held.kept_until:
            held.fresh_until = now + self.fresh_seconds
            with self._lock:
                if key in self._held:
                    self._held.move_to_end(key)
            return held
        fresh = Held(make(), mark, now + self.fresh_seconds, now + self.kept_seconds)
        self._store(key, fresh)
        return fresh

    def _store(self, key: Hashable, held: Held) -> None:
        with self._lock:
            old = self._held.pop(key, None)
            self._held[key] = held
            self._bytes += len(held.copy.body) - (len(old.copy.body) if old else 0)
            while len(self._held) > self.limit or self._bytes > self.limit_bytes:
                _, gone = self._held.popitem(last=False)
                self._bytes -= len(gone.copy.body)
