"""Stores the outcomes of deliveries in the background, while the sender goes on sending.

One bulk write runs at a time; outcomes that arrive meanwhile gather for the next one. The outcomes
of a failed write are kept and written again: claim and id decide whether each still counts.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor

from services.notices.store.outcomes import Completion

Complete = Callable[[Sequence[Completion]], int]


class OutcomeWriter:
    """Use it from one thread; it writes on another. ``stored`` is called with each batch that has
    been written, on the thread that uses the writer.

    ``has_unsaved``: a write failed and has not been retried successfully.
    """

    def __init__(self, stored: Callable[[Sequence[Completion]], None] = lambda _: None) -> None:
        self._stored = stored
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="outcomes")
        self._gathered: list[Completion] = []
        self._writing: tuple[Future[int], list[Completion]] | None = None
        self.has_unsaved = False

    def add(self, completion: Completion) -> None:
        """Keep an outcome for the next write."""
        self._gathered.append(completion)

    def flush(self, complete: Complete, *, wait: bool) -> int:
        """Start writing the gathered outcomes; with ``wait``, finish it as well.

        Return how many claims proved to be lost in finished writes. Raises what ``complete``
        raised.
        """
        lost = 0
        if self._writing and (wait or self._writing[0].done()):
            lost += self._settle()
        if self._gathered and not self._writing:
            batch, self._gathered = self._gathered, []
            self._writing = (self._thread.submit(complete, batch), batch)
        if self._writing and wait:
            lost += self._settle()
        return lost

    def _settle(self) -> int:
        """Wait for the write that runs; keep its batch if it failed."""
        assert self._writing is not None  # noqa: S101  Both callers have checked.
        (written, batch), self._writing = self._writing, None
        try:
            lost = written.result()
        except Exception:
            self._gathered, self.has_unsaved = batch + self._gathered, True
            raise
        self.has_unsaved = False
        self._stored(batch)
        return lost
