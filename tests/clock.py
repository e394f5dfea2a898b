"""What time it is, for tests: the only file of `tests/` that may read the wall clock."""

from __future__ import annotations

from datetime import date, datetime

from shared.times import utc_now


def now() -> datetime:
    """The present instant in UTC, cut to whole milliseconds."""
    return utc_now()


def today() -> date:
    """The present day in UTC, whatever zone the tests run in."""
    return now().date()
