"""The primary of a three-node set is stepped down, then killed, while notices are on their way."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import pytest
from pymongo import MongoClient
from pymongo.errors import PyMongoError

from deploy.mongod import ReplicaSet, start_replica_set
from tests.faults.load import slowly, under_load, until
from tests.integration.notices.world import receiving
from tests.mongod import free_ports

pytestmark = [pytest.mark.faults, pytest.mark.slow]

ROUNDS = 5 if os.environ.get("LONG_FAULTS") else 1


@pytest.fixture
def replica_set(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ReplicaSet]:
    made = start_replica_set(tmp_path_factory.mktemp("three"), free_ports(3), members=3)
    yield made
    made.stop()


def test_it_works(replica_set: ReplicaSet) -> None:
    client: MongoClient[dict[str, Any]] = MongoClient(
        replica_set.url, serverSelectionTimeoutMS=5_000
    )
    with receiving() as receiver, under_load(replica_set.url, receiver, "primary") as load:
        for number in range(1, 41):
            receiver.answers[f"/c{number}"] = slowly
        for turn in range(ROUNDS):
            load.announce()
            until(lambda enough=200 * turn + 20: load.received() > enough)  # type: ignore[misc]
            step_down(client)
        load.assert_told(lapses=ROUNDS, limit=60)
        load.announce()
        before = load.received()
        until(lambda: load.received() > before + 20)
        kill_primary(client, replica_set)
        load.assert_told(lapses=ROUNDS + 2, limit=60)
    client.close()


def step_down(client: MongoClient[dict[str, Any]]) -> None:
    def done() -> bool:
        try:
            client.admin.command("replSetStepDown", 10, secondaryCatchUpPeriodSecs=5)
        except PyMongoError as error:
            # The one that steps down may close the connection before it answers.
            return "not primary" not in str(error) and "catch up" not in str(error)
        return True

    until(done)


def kill_primary(client: MongoClient[dict[str, Any]], replica_set: ReplicaSet) -> None:
    until(lambda: client.primary is not None)
    assert client.primary
    index = replica_set.ports.index(client.primary[1])
    replica_set.processes[index].kill()
    replica_set.processes[index].wait()
