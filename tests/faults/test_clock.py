"""The clock jumps by an hour while webhooks are on their way."""

from __future__ import annotations

import os
from datetime import timedelta

import pytest

from tests.faults.load import HOUR, under_load
from tests.faults.tally import Tally
from tests.integration.notices.world import receiving

pytestmark = [pytest.mark.faults, pytest.mark.slow]

TIMES = 10 if os.environ.get("LONG_FAULTS") else 1


@pytest.mark.parametrize(("jump", "how"), [(HOUR, "on"), (-HOUR, "back")])
def test_it_works(
    mongo_url: str, database_name: str, jump: timedelta, how: str, tally: Tally
) -> None:
    with receiving() as receiver, under_load(mongo_url, receiver, database_name) as load:
        tally(f"clock set {how} by an hour", lambda: load.counts(TIMES))
        for _ in range(TIMES):
            load.announce()
            load.wait_for_more()
            load.world.clock.ahead += jump
            load.announce()
            # Set back, a clock makes what was due wait until it is due again; nobody is told twice.
            load.wait_for_more()
            load.world.clock.ahead += max(-jump, timedelta())
            load.assert_told(lapses=1)
        for row in load.world.rows("deliveries"):
            for attempt in row["attempts"]:
                assert 0 <= attempt["duration_ms"] < 2_000
                assert row["delivered_at"] >= attempt["at"]
