"""The database is away for a while, then comes back: loops wait, and go on where they were.

The short form, 2 s, runs in CI; with LONG_FAULTS=1 it is a minute.
"""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from tests.faults.database import running
from tests.faults.load import under_load
from tests.faults.tally import Tally
from tests.integration.notices.world import receiving

pytestmark = [pytest.mark.faults, pytest.mark.slow]

SECONDS = 60 if os.environ.get("LONG_FAULTS") else 2


def test_it_works(tmp_path: Path, tally: Tally) -> None:
    with (
        running(tmp_path / "data", tmp_path / "mongod.log") as database,
        receiving() as receiver,
        under_load(database.url, receiver, "away") as load,
    ):
        tally(f"database away for {SECONDS} s", lambda: load.counts(1))
        with load.announcing():
            load.wait_for_more()
            database.kill()
            time.sleep(SECONDS)  # Time itself is what is tested here.
            database.start_again()
            load.lapse()
            load.wait_for_more()
        load.assert_told(lapses=2)
