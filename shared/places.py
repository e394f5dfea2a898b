"""Places for expensive answers: few at once, one for equal requests, a quick refusal for others.

A web process has a handful of threads. Slow answers must never hold them all, nor queue for
them: health, the gate and a warm page need one at any moment.
"""

from __future__ import annotations

import functools
from collections import Counter
from collections.abc import Callable, Hashable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Lock
from typing import Any, TypeVar, cast

from shared.auth import caller
from shared.errors import Unavailable

T = TypeVar("T")
View = TypeVar("View", bound=Callable[..., Any])


class Busy(Unavailable):
    """All places for expensive answers are taken; try again as Retry-After says."""

    code, retry_after = "busy", 2


@dataclass
class Places:
    """``working``: how many answers are made at once, ``each`` of them for one owner at most.
    ``waiting``: how many may wait for an answer that is being made for another."""

    working: int
    waiting: int = 0
    each: int | None = None
    _owners: Counter[Hashable] = field(default_factory=Counter)
    _flights: dict[Hashable, Future[Any]] = field(default_factory=dict)
    _waiters: int = 0
    _lock: Lock = field(default_factory=Lock)

    @contextmanager
    def one(self, owner: Hashable = None) -> Iterator[None]:
        """A place for as long as the block lasts. Raises ``Busy`` when there is none."""
        with self._lock:
            self._take(owner)
        try:
            yield
        finally:
            with self._lock:
                self._give_back(owner)

    def shared(self, key: Hashable, make: Callable[[], T]) -> T:
        """Return what ``make`` returns, made once for all requests for ``key`` meanwhile.

        Raises what ``make`` raises, in each of them, and ``Busy`` when there is no place or too
        many wait already.
        """
        with self._lock:
            under_way = self._flights.get(key)
            if under_way is None:
                self._take(None)
                flight = self._flights[key] = Future()
            elif self._waiters >= self.waiting:
                raise Busy
            else:
                self._waiters += 1
        if under_way is None:
            return self._made(key, flight, make)
        try:
            return cast("T", under_way.result())
        finally:
            with self._lock:
                self._waiters -= 1

    def _made(self, key: Hashable, flight: Future[Any], make: Callable[[], T]) -> T:
        try:
            made = make()
        except BaseException as error:
            flight.set_exception(error)
            raise
        else:
            flight.set_result(made)
            return made
        finally:
            with self._lock:
                del self._flights[key]
                self._give_back(None)

    def _take(self, owner: Hashable) -> None:
        full = self._owners.total() >= self.working
        if full or (self.each is not None and self._owners[owner] >= self.each):
            raise Busy
        self._owners[owner] += 1

    def _give_back(self, owner: Hashable) -> None:
        self._owners[owner] -= 1
        if not self._owners[owner]:
            del self._owners[owner]


# Shared by all APIs of a process, as its threads are.
OF_THIS_PROCESS = Places(working=4, each=2)


def expensive(view: View) -> View:
    """Make a view behind ``requires`` take a place, unless a service calls it: services take
    places of their own before they call."""

    @functools.wraps(view)
    def placed(*args: Any, **kwargs: Any) -> Any:
        if caller().is_service:
            return view(*args, **kwargs)
        with OF_THIS_PROCESS.one(caller().org_id):
            return view(*args, **kwargs)

    return cast("View", placed)
