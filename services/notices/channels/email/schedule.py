"""When a mail is handed over again, and when it is not (RFC 5321, 4.5.4.1: four to five days)."""

from __future__ import annotations

from datetime import timedelta

from services.notices.model.channels import Next, Verdict

# Seconds before the attempt of this place in the list; greylisting mostly lets the third through.
WAITS = (
    0, 60, 300, 900, 1800, 3600, 7200, 14_400, 28_800, 43_200, 43_200, 86_400, 86_400, 86_400,
)  # fmt: skip
ATTEMPTS = len(WAITS)
JITTER = 0.1


def next_attempt(attempt: int, verdict: Verdict, jitter: float) -> Next:
    """What follows the attempt with this number (the first is 1). ``jitter`` lies in [-1, 1]."""
    if verdict == "accepted":
        return Next("delivered")
    if verdict == "permanent" or attempt >= ATTEMPTS:
        return Next("failed")
    return Next("retry", timedelta(seconds=round(WAITS[attempt] * (1 + JITTER * jitter), 3)))
