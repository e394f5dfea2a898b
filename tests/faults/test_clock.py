"""The clock jumps by an hour while webhooks are on their way."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.faults.load import HOUR, slowly, under_load, until
from tests.integration.notices.world import receiving

pytestmark = [pytest.mark.faults, pytest.mark.slow]


@pytest.mark.parametrize("jump", [HOUR, -HOUR])
def test_it_works(mongo_url: str, database_name: str, jump: timedelta) -> None:
    with receiving() as receiver, under_load(mongo_url, receiver, database_name) as load:
        for number in range(1, 41):
            receiver.answers[f"/c{number}"] = slowly
        load.announce()
        until(lambda: load.received() > 20)
        load.world.clock.ahead += jump
        load.announce()
        # Set back, a clock makes what was due wait until it is due again; nobody is told twice.
        until(lambda: load.received() > 20)
        load.world.clock.ahead += max(-jump, timedelta())
        load.assert_told(lapses=1)
        for row in load.world.rows("deliveries"):
            for attempt in row["attempts"]:
                assert 0 <= attempt["duration_ms"] < 2_000
                assert row["delivered_at"] >= attempt["at"]
