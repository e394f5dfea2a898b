"""When a chat message is tried again. A room that is away for two days gets nothing more by itself;
the notice escalates."""

from __future__ import annotations

from datetime import timedelta

from services.notices.model.channels import Next, Verdict

# Seconds before the attempt of this place in the list.
WAITS = (0, 60, 300, 1800, 7200, 18_000, 43_200, 86_400)
ATTEMPTS = len(WAITS)
JITTER = 0.1
LONGEST_WAIT = 86_400


def next_attempt(number: int, verdict: Verdict, retry_after_s: int | None, jitter: float) -> Next:
    """What follows the attempt with this number (the first is 1). ``jitter`` lies in [-1, 1] and
    never brings an attempt before the time that the chat tool asked for."""
    if verdict == "accepted":
        return Next("delivered")
    if verdict == "permanent" or number >= ATTEMPTS:
        return Next("failed")
    planned = WAITS[number] * (1 + JITTER * jitter)
    asked = min(retry_after_s or 0, LONGEST_WAIT)
    return Next("retry", timedelta(seconds=round(max(planned, asked), 3)))
