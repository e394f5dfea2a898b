"""Resolves names in the background, so that the sender never waits for a name server.

libcurl could resolve names itself, but would then connect to the first address and hide the others:
a name with one public and one private address would pass now and then. Here a name is resolved
once, all its addresses are judged together, and the sender connects to one of exactly these.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from ipaddress import ip_address
from queue import Empty, SimpleQueue

from shared.lookups import Addresses, Lookup, system_lookup


@dataclass(frozen=True, slots=True)
class _Known:
    addresses: Addresses
    until: float


class Resolver:
    """Looks names up on threads; caches answers for `keep` seconds (failures for 5).

    A look-up cannot be cancelled: a dead name server may block a thread for half a minute. So there
    are many threads, and a name is looked up once at a time. The sender does not wait for a thread;
    it gives up at its own limit. Call it from one thread only.
    """

    def __init__(
        self,
        lookup: Lookup = system_lookup,
        *,
        keep: float = 30.0,
        threads: int = 64,
        most: int = 10_000,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._lookup, self._monotonic = lookup, monotonic
        self._keep, self._keep_failure = keep, min(keep, 5.0)
        self._threads, self._started, self._most = threads, 0, most
        self._known: dict[str, _Known] = {}
        self._asked: set[str] = set()
        self._questions: SimpleQueue[str | None] = SimpleQueue()
        self._answers: SimpleQueue[tuple[str, Addresses]] = SimpleQueue()

    def ask(self, host: str) -> Addresses | None:
        """Return the addresses by preference, `()` if the name has none, None while unknown."""
        known = self._known.get(host)
        if known is not None and known.until > self._monotonic():
            return known.addresses
        if host not in self._asked:
            self._asked.add(host)
            self._questions.put(host)
            self._staff()
        return None

    def known(self, host: str) -> Addresses:
        """Return the cached addresses; starts no look-up."""
        known = self._known.get(host)
        return known.addresses if known is not None else ()

    def learn(self, wait: float = 0.0) -> None:
        """Cache the answers of the threads; wait up to `wait` seconds for the first one."""
        try:
            answer = self._answers.get(timeout=wait) if wait > 0 else self._answers.get_nowait()
            while True:
                self._keep_answer(*answer)
                answer = self._answers.get_nowait()
        except Empty:
            return

    def close(self) -> None:
        """End the threads; a thread in a look-up ends after it."""
        for _ in range(self._started):
            self._questions.put(None)

    def _keep_answer(self, host: str, addresses: Addresses) -> None:
        self._asked.discard(host)
        self._known.pop(host, None)
        while len(self._known) >= self._most:
            del self._known[next(iter(self._known))]
        keep = self._keep if addresses else self._keep_failure
        self._known[host] = _Known(addresses, self._monotonic() + keep)

    def _staff(self) -> None:
        if self._started < min(self._threads, len(self._asked)):
            self._started += 1
            # A daemon thread: a look-up that hangs must not delay the end of the process.
            threading.Thread(target=self._work, name="resolver", daemon=True).start()

    def _work(self) -> None:
        while (host := self._questions.get()) is not None:
            self._answers.put((host, self._look_up(host)))

    def _look_up(self, host: str) -> Addresses:
        try:
            return tuple(dict.fromkeys(ip_address(text) for text in self._lookup(host)))
        except Exception:  # noqa: BLE001 - whatever a look-up raises, this name has no address now
            return ()
