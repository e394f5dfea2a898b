"""On another day every program a test starts lives in that day, children and shells included."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from tests.clock import now, today
from tests.shifted.days import Day, days, living_in

ROOT = Path(__file__).parents[3]
LEAP = Day(datetime(2028, 2, 28, 23, 58, tzinfo=UTC))
GRANDCHILD = (
    "import subprocess, sys;"
    "print(subprocess.check_output([sys.executable, '-c',"
    " 'from shared.times import utc_now; print(utc_now())'], text=True))"
)


def there(day: Day, *command: str, since: datetime | None = None) -> str:
    """What the command prints, run on that day; ``since``: when the day began for others."""
    environment = {**os.environ, **living_in(day, since or now())}
    done = subprocess.run(
        command, env=environment, cwd=ROOT, check=True, text=True, capture_output=True
    )
    assert done.stderr == ""
    return done.stdout.strip()


@pytest.mark.parametrize(
    "program",
    [
        "import time; print(time.strftime('%Y-%m-%d %H:%M', time.gmtime()))",
        "import datetime; print(datetime.datetime.now(datetime.UTC))",
        "from email.utils import localtime; print(localtime().isoformat())",
        GRANDCHILD,
    ],
)
def test_a_process_begins_at_that_moment(program: str) -> None:
    seen = datetime.fromisoformat(there(LEAP, sys.executable, "-c", program)).replace(tzinfo=UTC)
    assert LEAP.begins <= seen < LEAP.begins + timedelta(minutes=1)


def test_the_clock_goes_on_from_there() -> None:
    program = "import time; a = time.time(); time.sleep(0.05); print(time.time() - a)"
    assert 0.05 <= float(there(LEAP, sys.executable, "-c", program)) < 30


def test_a_process_that_starts_later_is_later_there_too() -> None:
    program = "from shared.times import utc_now; print(utc_now())"
    an_hour_ago = now() - timedelta(hours=1)
    seen = datetime.fromisoformat(there(LEAP, sys.executable, "-c", program, since=an_hour_ago))
    assert timedelta(hours=1) <= seen - LEAP.begins < timedelta(hours=1, minutes=1)


@pytest.mark.parametrize(
    ("words", "seen"),
    [
        (("+%F",), "2028-02-28"),
        (("-u", "+%F"), "2028-02-28"),
        (("-d", "10 days", "+%F"), "2028-03-09"),
        (("-d", "1 year", "+%F"), "2029-02-28"),
    ],
)
def test_a_shell_asks_for_the_same_day(words: tuple[str, ...], seen: str) -> None:
    assert there(LEAP, "bash", "-c", 'date "$@"', "date", *words) == seen


def test_the_machine_is_in_the_zone_of_the_day() -> None:
    auckland = days(now())["auckland"]
    local = "import datetime; print(datetime.datetime.now().date())"
    utc = "import datetime; print(datetime.datetime.now(datetime.UTC).date())"
    assert there(auckland, sys.executable, "-c", local) > there(auckland, sys.executable, "-c", utc)


def test_the_days_that_are_tried_are_what_they_are_called() -> None:
    known = days(now())
    assert known["saturday"].begins.weekday() == 5
    assert known["saturday"].begins > now()
    assert known["tomorrow"].begins.date() == today() + timedelta(days=1)
    for name in ("new-year", "leap-day"):
        soon = known[name].begins + timedelta(minutes=2)
        assert (soon.hour, soon.minute) == (0, 0)
    assert (known["leap-day"].begins + timedelta(minutes=2)).date() == date(2028, 2, 29)
