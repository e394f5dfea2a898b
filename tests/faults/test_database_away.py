"""The database is away for a while, then comes back: loops wait, and go on where they were.

The short form, 2 s, runs in CI; with LONG_FAULTS=1 it is a minute.
"""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from deploy.mongod import _spawn, find_binary, start_replica_set
from tests.faults.load import slowly, under_load, until
from tests.integration.notices.world import receiving
from tests.mongod import free_port

pytestmark = [pytest.mark.faults, pytest.mark.slow]

SECONDS = 60 if os.environ.get("LONG_FAULTS") else 2


def test_it_works(tmp_path: Path) -> None:
    port = free_port()
    replica_set = start_replica_set(tmp_path, port)
    again = None
    try:
        with receiving() as receiver, under_load(replica_set.url, receiver, "away") as load:
            for number in range(1, 41):
                receiver.answers[f"/c{number}"] = slowly
            load.announce()
            until(lambda: load.received() > 30)
            replica_set.processes[0].kill()
            replica_set.processes[0].wait()
            time.sleep(SECONDS)  # Time itself is what is tested here.
            again = _spawn(find_binary(), tmp_path / "mongo-0", port, 0.25)
            load.assert_told(lapses=2, limit=90)
            load.announce(1)
            load.assert_told(lapses=2)
    finally:
        if again is not None:
            again.kill()
            again.wait()
        replica_set.stop()
