"""The primary of a three-node set is stepped down, then killed, while notices are on their way."""

from __future__ import annotations

import os

import pytest

from tests.faults.database import ReplicaSet, lose_primaries
from tests.faults.load import under_load
from tests.faults.tally import Tally
from tests.integration.notices.world import receiving

pytestmark = [pytest.mark.faults, pytest.mark.slow]

TIMES = 5 if os.environ.get("LONG_FAULTS") else 1


def test_it_works(replica_set: ReplicaSet, tally: Tally) -> None:
    with receiving() as receiver, under_load(replica_set.url, receiver, "primary") as load:
        tally("primary stepped down, then killed", lambda: load.counts(2 * TIMES))
        for _ in range(TIMES):
            with load.announcing():
                killed = lose_primaries(replica_set, load)
            load.assert_told(lapses=3)
            killed.start_again()
