"""`kill -9` of the worker loses no notice and tells nobody by two different ids."""

from __future__ import annotations

import base64
import os
import random
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from functools import partial

import pytest

from services.notices.wiring import Deps
from shared.mongo import connect
from tests.clock import now
from tests.integration.notices.world import Clock, Receiver, World, make_world

CUSTOMERS = 60
CHANGES = 6


def start_worker(mongo_url: str, prefix: str, **more: str) -> subprocess.Popen[bytes]:
    environ = {
        **os.environ,
        "ART28_MONGO_URL": mongo_url,
        "ART28_DB_PREFIX": prefix,
        "ART28_EGRESS_ALLOW": "127.0.0.0/8",
        "ART28_SERVICE_KEY": base64.b64encode(b"s" * 32).decode(),
        "ART28_SECRETS_KEY": base64.b64encode(b"k" * 32).decode(),
        "ART28_ATTEMPT_SECONDS": "1",
        "ART28_LEASE_SECONDS": "3",
        "ART28_IN_FLIGHT": "8",
        **more,
    }
    words = [sys.executable, "-m", "deploy.worker", "notices.fanout", "notices.dispatcher"]
    return subprocess.Popen(words, env=environ)


def until(true: Callable[[], bool], limit: float = 60.0) -> None:
    end = time.monotonic() + limit
    while not true():
        assert time.monotonic() < end, "it did not come true in time"
        time.sleep(0.02)


def delivered(deps: Deps) -> int:
    return deps.stores.mongo.db["deliveries"].count_documents({"state": "delivered"})


def slowly(_: int) -> tuple[int, dict[str, str]]:
    """An answer that takes a while, so that there is always something in the air."""
    threading.Event().wait(0.03)
    return 204, {}


def has_delivered(deps: Deps, count: int) -> bool:
    return delivered(deps) >= count


def killed_again_and_again(world: World, mongo_url: str, prefix: str) -> int:
    """Announce changes while workers are killed at moments of chance; how many were killed."""
    chance, kills = random.Random(28), 0
    for number in range(CHANGES):
        before = delivered(world.deps)
        worker = start_worker(mongo_url, prefix)
        world.tell(world.ledger.change(f"chg_{number}", CUSTOMERS))
        try:
            some = chance.randrange(CUSTOMERS)
            until(partial(has_delivered, world.deps, before + some))
        finally:
            worker.kill()
            worker.wait(10)
        kills += 1
    return kills


@pytest.mark.slow
@pytest.mark.faults
def test_it_works(mongo_url: str, database_name: str, receiver: Receiver) -> None:
    world = make_world(connect(mongo_url, f"{database_name}_notices"), receiver, Clock(now()))
    for number in range(1, CUSTOMERS + 1):
        world.tell(world.ledger.agreement(f"c{number}", number))
    world.fan_out()
    for number in range(1, CUSTOMERS + 1):
        world.endpoint(f"c{number}")
        receiver.answers[f"/c{number}"] = slowly
    kills = killed_again_and_again(world, mongo_url, database_name)
    assert delivered(world.deps) < CHANGES * CUSTOMERS
    last = start_worker(mongo_url, database_name)
    try:
        until(lambda: delivered(world.deps) == CHANGES * CUSTOMERS)
    finally:
        last.terminate()
        assert last.wait(20) == 0

    ids_by_target = Counter((each.path, each.json["data"]["change_id"]) for each in receiver.got)
    assert len(ids_by_target) == CHANGES * CUSTOMERS
    ids = {each.message_id for each in receiver.got}
    assert len(ids) == CHANGES * CUSTOMERS
    # A message in the air when its worker died is sent once more, with the same id.
    doubled = Counter(each.message_id for each in receiver.got)
    assert max(doubled.values()) <= 1 + kills
    assert sum(doubled.values()) - len(doubled) <= kills * CUSTOMERS
    assert world.mongo.db["deliveries"].count_documents({"due_at": {"$exists": True}}) == 0
    assert world.mongo.db["parcels"].count_documents({}) == 0
    assert world.mongo.db["jobs"].count_documents({"due_at": {"$exists": True}}) == 0
