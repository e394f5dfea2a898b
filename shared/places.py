"""Limits how many threads of a web process make expensive answers at once.

An expensive answer needs a place. Equal requests can share one, and a request that gets none is
refused at once. So slow answers never occupy all threads: a health check, the gate and a cached
page always find a free one.
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
    """The server makes too many expensive answers now; try again as Retry-After says."""

    code, retry_after = "busy", 2


@dataclass
class Places:
    """The places of one kind of answer.

    ``working``: how many answers may be made at once. ``each``: how many of them for one owner;
    None: as many as there are. ``waiting``: how many requests may wait, all keys together, for an
    answer that is being made for an equal request.
    """

    working: int
    waiting: int = 0
    each: int | None = None
    # Places taken, by owner; answers being made, by key.
    _taken: Counter[Hashable] = field(default_factory=Counter)
    _pending: dict[Hashable, Future[Any]] = field(default_factory=dict)
    _waiters: int = 0
    _lock: Lock = field(default_factory=Lock)

    @contextmanager
    def one(self, owner: Hashable = None) -> Iterator[None]:
        """Hold a place for ``owner`` during the block. Raises ``Busy`` when none is free."""
        with self._lock:
            self._take(owner)
        try:
            yield
        finally:
            with self._lock:
                self._give_back(owner)

    def shared(self, key: Hashable, make: Callable[[], T]) -> T:
        """Return the result of ``make``, called once for all requests for ``key`` at that time.

        If ``make`` raises, all these requests raise its error. Raises ``Busy`` when no place is
        free, or when too many requests wait already.
        """
        with self._lock:
            pending = self._pending.get(key)
            if pending is None:
                self._take(None)
                answer = self._pending[key] = Future()
            elif self._waiters >= self.waiting:
                raise Busy
            else:
                self._waiters += 1
        if pending is None:
            return self._make(key, answer, make)
        try:
            return cast("T", pending.result())
        finally:
            with self._lock:
                self._waiters -= 1

    def _make(self, key: Hashable, answer: Future[Any], make: Callable[[], T]) -> T:
        try:
            result = make()
        except BaseException as error:
            answer.set_exception(error)
            raise
        else:
            answer.set_result(result)
            return result
        finally:
            with self._lock:
                del self._pending[key]
                self._give_back(None)

    def _take(self, owner: Hashable) -> None:
        is_full = self._taken.total() >= self.working
        if is_full or (self.each is not None and self._taken[owner] >= self.each):
            raise Busy
        self._taken[owner] += 1

    def _give_back(self, owner: Hashable) -> None:
        self._taken[owner] -= 1
        if not self._taken[owner]:
            del self._taken[owner]


# One for the whole process, because all its APIs share the same threads.
OF_THIS_PROCESS = Places(working=4, each=2)


def expensive(view: View) -> View:
    """Make a view hold a place of this process, for the caller's organisation, while it runs.

    Put it below ``requires``, because it needs the caller. A call by another service needs no
    place here: that service takes a place of its own before it calls.
    """

    @functools.wraps(view)
    def with_place(*args: Any, **kwargs: Any) -> Any:
        if caller().is_service:
            return view(*args, **kwargs)
        with OF_THIS_PROCESS.one(caller().org_id):
            return view(*args, **kwargs)

    return cast("View", with_place)
