"""Days, hours and zones at which programs go wrong, and how a process gets to live in one."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

HERE = Path(__file__).parent
UTC_ZONE = "UTC"


@dataclass(frozen=True)
class Day:
    """A moment to begin at, and the time zone of the machine."""

    begins: datetime
    zone: str = UTC_ZONE


def days(now: datetime) -> dict[str, Day]:
    """The days of ``make any-day``, by name, as seen from ``now``."""
    midday = now.replace(hour=12, minute=0)
    morning, noon = midday.replace(hour=4), midday.replace(hour=13)
    return {
        "tomorrow": Day(now + timedelta(days=1)),
        "saturday": Day(midday + timedelta(days=(5 - now.weekday()) % 7 or 7)),
        "new-year": Day(datetime(now.year, 12, 31, 23, 58, tzinfo=UTC)),
        "leap-day": Day(datetime(2028, 2, 28, 23, 58, tzinfo=UTC)),
        "three-years-on": Day(now + timedelta(days=3 * 365)),
        "a-year-back": Day(now - timedelta(days=365)),
        # At these hours the day there is not the day in UTC.
        "los-angeles": Day(morning, "America/Los_Angeles"),
        "auckland": Day(noon, "Pacific/Auckland"),
        # The hour that is skipped, and the one that comes twice, begin at 01:00 UTC.
        "summer-time-begins": Day(datetime(2027, 3, 28, 0, 58, tzinfo=UTC), "Europe/Copenhagen"),
        "summer-time-ends": Day(datetime(2027, 10, 31, 0, 58, tzinfo=UTC), "Europe/Copenhagen"),
    }


def living_in(day: Day, now: datetime) -> dict[str, str]:
    """The variables that make Python, and ``date`` in a shell, begin at that moment.

    They say by how much the time there differs, so a process that starts later is later there, too.
    """
    already = float(os.environ.get("SHIFTED_BY_SECONDS", "0"))
    shift = already + (day.begins - now).total_seconds()
    return {
        "SHIFTED_BY_SECONDS": f"{shift:.3f}",
        "TZ": day.zone,
        "PYTHONPATH": os.pathsep.join(filter(None, (str(HERE), os.environ.get("PYTHONPATH")))),
        "PATH": os.pathsep.join((str(HERE / "bin"), os.environ["PATH"])),
    }
