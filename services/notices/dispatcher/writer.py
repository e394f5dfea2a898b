"""Stores what became of deliveries while the sender goes on sending.

One bulk write is under way at a time; what comes meanwhile gathers for the next one. What could not
be stored stays and is tried again: its claim or its id decides whether it still may be.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor

from services.notices.store.outcomes import Completion

Complete = Callable[[Sequence[Completion]], int]


class Completions:
    """Use it from one thread; the writing itself is done on another. ``stored`` is told of each
    batch once it has been written, on the thread that uses this."""

    def __init__(self, stored: Callable[[Sequence[Completion]], None] = lambda _: None) -> None:
        self._stored = stored
        self._writer = ThreadPoolExecutor(1, thread_name_prefix="completions")
        self._gathered: list[Completion] = []
        self._writing: tuple[Future[int], list[Completion]] | None = None
        self.owes = False  # Whether something could not be stored and has not been since.

    def add(self, completion: Completion) -> None:
        self._gathered.append(completion)

    def flush(self, complete: Complete, *, wait: bool) -> int:
        """Begin to write what has gathered; with ``wait``, end it, too.

        How many claims turned out to be lost in what was written. Raises what ``complete`` raised.
        """
        lost = 0
        if self._writing and (wait or self._writing[0].done()):
            lost += self._settle()
        if self._gathered and not self._writing:
            batch, self._gathered = self._gathered, []
            self._writing = (self._writer.submit(complete, batch), batch)
        if self._writing and wait:
            lost += self._settle()
        return lost

    def _settle(self) -> int:
        assert self._writing is not None  # noqa: S101  Both callers have looked.
        (written, batch), self._writing = self._writing, None
        try:
            lost = written.result()
        except Exception:
            self._gathered, self.owes = batch + self._gathered, True
            raise
        self.owes = False
        self._stored(batch)
        return lost
