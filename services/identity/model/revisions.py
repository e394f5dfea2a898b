"""Which revision somebody has seen before changing it."""

from __future__ import annotations

from shared.errors import PreconditionFailed


def check_revision(seen: int | None, current: int) -> None:
    """Raises ``PreconditionFailed`` for another revision than the current one; None is any."""
    if seen not in (None, current):
        raise PreconditionFailed
