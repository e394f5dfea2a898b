"""Two dispatchers share a queue, and one after the other is killed: `kill -9` while they send."""

from __future__ import annotations

import os
import random
import threading
from collections import Counter
from collections.abc import Callable

import pytest

from shared.mongo import connect
from tests.faults.claims import END, claims_in
from tests.faults.load import customers
from tests.faults.tally import Tally
from tests.faults.workers import working
from tests.integration.notices.world import Received, Receiver, receiving

pytestmark = [pytest.mark.faults, pytest.mark.slow]

DEATHS = 30 if os.environ.get("LONG_FAULTS") else 4


def test_it_works(mongo_url: str, database_name: str, tally: Tally) -> None:
    mongo = connect(mongo_url, f"{database_name}_notices")
    moments = random.Random(28)
    with receiving() as receiver, mongo.db.watch() as changes:
        load, most = customers(mongo, receiver), at_once(receiver)
        tally("kill -9 of one of two dispatchers", lambda: load.counts(DEATHS))
        with working(mongo_url, database_name, 2) as workers:
            load.announce(10)
            with load.announcing():
                for _ in range(DEATHS):
                    load.wait_for_more(moments.randrange(20, 120))
                    workers.kill_oldest()
                    load.lapse()
                    workers.start()
            load.assert_told(lapses=DEATHS)
        messages = {each["_id"]: each["message_id"] for each in mongo.db["deliveries"].find()}
        mongo.db[END].insert_one({})
        claims = claims_in(changes)
    assert most() == 1
    assert claims.overlaps == []
    posts = load.posts()
    for delivery_id, message_id in messages.items():
        assert posts[message_id] <= 1 + claims.lapses_of(delivery_id)


def at_once(receiver: Receiver) -> Callable[[], int]:
    """Watches how often at most one message was on its way at the same time."""
    lock, on_the_way, most = threading.Lock(), Counter[str](), Counter[str]()
    take = receiver.take

    def watched(received: Received) -> tuple[int, dict[str, str]]:
        message_id = received.message_id
        with lock:
            on_the_way[message_id] += 1
            most[message_id] = max(most[message_id], on_the_way[message_id])
        answer = take(received)
        with lock:
            on_the_way[message_id] -= 1
        return answer

    setattr(receiver, "take", watched)  # noqa: B010 - in the place of a method
    return lambda: max(most.values())
