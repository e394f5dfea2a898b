"""Time is passed in: one place of the product and one of the tests read the wall clock."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.unit.shared.wall_clock import wall_clock_reads

ROOT = Path(__file__).parents[3]
OURS = "shared.times.utc_now"
# The clock of the product; that of the tests, and what shifts it.
READERS = ("shared/times.py", "tests/clock.py", "tests/shifted/sitecustomize.py")


def pure_rooms() -> list[str]:
    """Where the law is decided, as the import contract lists it: ``services.*.model`` and more."""
    told = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    contracts = told["tool"]["importlinter"]["contracts"]
    [rooms] = [each["source_modules"] for each in contracts if "pure" in each["name"]]
    return [each.replace(".", "/") for each in rooms]


def programs(*folders: str) -> Iterator[tuple[str, str]]:
    """Each program below these folders (patterns), by its path in the project."""
    for pattern in folders:
        for found in ROOT.glob(pattern):
            files = found.rglob("*.py") if found.is_dir() else [found]
            for path in files:
                if (name := path.relative_to(ROOT).as_posix()) not in READERS:
                    yield name, path.read_text("utf-8")


def test_no_test_reads_the_wall_clock() -> None:
    reads = {name: found for name, text in programs("tests") if (found := wall_clock_reads(text))}
    assert reads == {}


def test_no_pure_room_knows_what_time_it_is() -> None:
    rooms = [each for room in pure_rooms() for each in (room, f"{room}.py")]
    assert "services/*/model" in rooms
    assert "services/*/clock" in rooms
    assert "services/*/transfers" in rooms
    known = dict(programs(*rooms))
    assert len(known) > 50
    assert {name: found for name, text in known.items() if (found := wall_clock_reads(text))} == {}


def test_the_product_has_one_clock() -> None:
    """Whoever needs the time takes ``utc_now``, or is given another clock."""
    reads = {
        name: found
        for name, text in programs("services", "shared", "deploy")
        if (found := [each for each in wall_clock_reads(text) if not each.endswith(OURS)])
    }
    assert reads == {}


@pytest.mark.parametrize(
    "source",
    [
        "from datetime import datetime, UTC\ndatetime.now(UTC)",
        "from datetime import datetime as d\nd.now()",
        "import datetime\ndatetime.datetime.utcnow()",
        "import datetime as dt\ndt.date.today()",
        "from datetime import date\nfield(default_factory=date.today)",
        "from datetime import datetime\ndef f(now=datetime.now): ...",
        "from datetime import datetime\nclass A:\n    d = datetime\n    at = d.now()",
        "from datetime import datetime\ngetattr(datetime, 'now')()",
        "import time\ntime.time()",
        "from time import time as seconds\nseconds()",
        "import time\ntime.strftime('%F')",
        "import time\ntime.localtime().tm_year",
        "from time import gmtime\ngmtime()",
        "from email import utils\nutils.formatdate(usegmt=True)",
        "from shared.times import utc_now\nutc_now()",
        "import shared.times as t\nbuild(now=t.utc_now)",
        "from shared import times\ntimes.utc_now()",
        "def f():\n    from time import time_ns\n    return time_ns()",
        "at.astimezone()",
    ],
)
def test_each_way_to_read_it_is_found(source: str) -> None:
    assert wall_clock_reads(source)


@pytest.mark.parametrize(
    "source",
    [
        "import time\ntime.monotonic()\ntime.perf_counter()\ntime.process_time()\ntime.sleep(0)",
        "import time\ntime.gmtime(0)\ntime.strftime('%F', at)",
        "from datetime import datetime, UTC\ndatetime(2026, 1, 1, tzinfo=UTC).astimezone(UTC)",
        "from datetime import date\ndate.fromisoformat('2026-01-01')",
        "self.now()\nclock.today()",
        "from tests.clock import now, today\nnow()\ntoday()",
    ],
)
def test_what_is_told_the_time_is_not_found(source: str) -> None:
    assert wall_clock_reads(source) == []
