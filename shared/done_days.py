"""Days on which something was done: their day has come."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta

from shared.errors import Invalid

# The first zones to see a day are 14 hours ahead of UTC (tz database: Pacific/Kiritimati).
_AHEAD = timedelta(hours=14)


def last_day_begun(now: datetime) -> date:
    """The last day that has begun anywhere on earth. ``now``: aware, in UTC."""
    return (now + _AHEAD).date()


def check_done(days: Mapping[str, date | None], now: datetime) -> None:
    """Raises ``Invalid`` with a pointer for each day that has begun nowhere on earth yet.

    ``days``: the day that each member names, by its JSON pointer; None where it names none.
    """
    last = last_day_begun(now)
    detail = f"It lies after {last}; name the day on which it was done, or leave it out."
    errors = [
        {"pointer": pointer, "code": "day-to-come", "detail": detail}
        for pointer, day in days.items()
        if day and day > last
    ]
    if errors:
        raise Invalid(detail, errors=errors)
