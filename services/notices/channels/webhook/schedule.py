"""Decides after each attempt whether and when a delivery is tried again: pure rules.

The waits are those of Standard Webhooks 1.0.0 ("Deliverability and reliability"): ten attempts
over about three days. Nothing here reads a clock or a source of randomness.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

from services.notices.model.channels import Next

# Seconds before the attempt of this place in the list; the first attempt leaves at once.
WAITS = (0, 5, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400)
MOST_ATTEMPTS = 20
JITTER = 0.2
# A receiver that is overloaded, or did not answer in time, gets at least this long to recover.
RESPITE = 60.0
LONGEST_WAIT = 86_400.0
OVERLOADED = frozenset({429, 502, 503, 504})
GONE = 410


class Attempted(Protocol):
    """The part of an attempt that decides; `Outcome` of the sender has it."""

    @property
    def ok(self) -> bool: ...
    @property
    def status(self) -> int | None: ...
    @property
    def code(self) -> str | None: ...
    @property
    def retry_after_s(self) -> int | None: ...


@dataclass(frozen=True, slots=True)
class Schedule:
    """The waits before each attempt, in seconds.

    Raises ValueError unless the list has 2 to 20 numbers, starts with 0, never decreases, and no
    wait is longer than a day.
    """

    waits: tuple[int, ...] = WAITS

    def __post_init__(self) -> None:
        if not 2 <= len(self.waits) <= MOST_ATTEMPTS:
            raise ValueError(f"a schedule has 2 to {MOST_ATTEMPTS} attempts")
        if self.waits[0] != 0 or list(self.waits) != sorted(self.waits):
            raise ValueError("a schedule starts with 0 and its waits never get shorter")
        if self.waits[-1] > LONGEST_WAIT:
            raise ValueError("a wait is a day at most")

    def after(self, attempt: int, outcome: Attempted, jitter: float) -> Next:
        """Decide what follows the attempt with this number (the first is 1) and outcome.

        `jitter` in [-1, 1] moves the wait by up to a fifth either way, so that deliveries that
        failed together are not tried again together. Raises ValueError for a number out of range.
        """
        if attempt < 1 or not -1 <= jitter <= 1:
            raise ValueError("attempts count from 1, jitter lies between -1 and 1")
        if outcome.ok:
            return Next("delivered")
        if outcome.status == GONE:
            return Next("disabled")
        if attempt >= len(self.waits):
            return Next("failed")
        return Next(
            "retry", timedelta(seconds=round(_wait(self.waits[attempt], outcome, jitter), 3))
        )


def _wait(base: float, outcome: Attempted, jitter: float) -> float:
    at_least = float(outcome.retry_after_s or 0)
    if outcome.status in OVERLOADED or outcome.code == "timeout":
        at_least = max(at_least, RESPITE)
    # The longest wait limits the receiver's request, never our own list. Jitter only lengthens a
    # requested wait: an earlier attempt would ignore the request.
    asked = min(at_least, LONGEST_WAIT) * (1 + JITTER / 2 * (1 + jitter))
    return max(base * (1 + JITTER * jitter), asked)
