"""The disk of the database is full: it ends, and goes on once there is room again.

mongod does not survive a write that finds no room; it aborts, and is started again by whoever runs
it, as these tests do. With LONG_FAULTS=1 the disk is filled five times instead of once.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.faults.database import Database, running
from tests.faults.disk import Disk, small_disk
from tests.faults.load import Load, under_load, until
from tests.faults.tally import Tally
from tests.integration.notices.world import receiving

pytestmark = [pytest.mark.faults, pytest.mark.slow]

TIMES = 5 if os.environ.get("LONG_FAULTS") else 1
# In MiB: room for the whole test but for what others take; hardly more than an empty database.
ROOMY, NARROW = 64, 6


@contextmanager
def on_a_small_disk(folder: Path, mib: int) -> Iterator[tuple[Disk, Database, Load]]:
    with (
        small_disk(folder / "disk", mib) as disk,
        running(disk.path, folder / "mongod.log") as database,
        receiving() as receiver,
        under_load(database.url, receiver, "disk") as load,
    ):
        yield disk, database, load


def assert_it_was_the_disk(folder: Path) -> None:
    assert "No space left on device" in (folder / "mongod.log").read_text("utf-8")


def test_others_fill_the_disk(tmp_path: Path, tally: Tally) -> None:
    with on_a_small_disk(tmp_path, ROOMY) as (disk, database, load):
        tally("disk full, by others", lambda: load.counts(TIMES))
        for _ in range(TIMES):
            with load.announcing():
                load.wait_for_more()
                disk.fill()
                until(database.is_dead)
                disk.clear()
                database.start_again()
                load.lapse()
            load.assert_told(lapses=2)
    assert_it_was_the_disk(tmp_path)


def test_the_database_itself_fills_the_disk(tmp_path: Path, tally: Tally) -> None:
    with on_a_small_disk(tmp_path, NARROW) as (disk, database, load):
        tally("disk full, by the database", lambda: load.counts(TIMES))
        for turn in range(1, TIMES + 1):
            with load.announcing():
                until(database.is_dead)
                # Enough for it to come back with all that is told it meanwhile.
                disk.grow(2 * NARROW * turn)
                database.start_again()
                load.lapse()
            load.assert_told(lapses=2)
    assert_it_was_the_disk(tmp_path)
