from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pymongo import MongoClient

from deploy.checks import StartError
from deploy.replica import inspect
from tests.mongod import free_port, free_ports
from tests.replica_set import start_replica_set

pytestmark = pytest.mark.slow


def documents(url: str) -> int:
    client: MongoClient[dict[str, Any]] = MongoClient(url)
    with client:
        client["art28_x"]["y"].insert_one({})
        return client["art28_x"]["y"].count_documents({})


def test_it_works(tmp_path: Path) -> None:
    replica_set = start_replica_set(tmp_path, free_port())

    assert documents(replica_set.url) == 1
    replica_set.stop()
    assert replica_set.processes[0].returncode == 0


def test_its_data_moves_to_other_ports(tmp_path: Path) -> None:
    for expected in (1, 2):
        replica_set = start_replica_set(tmp_path, free_port())
        assert documents(replica_set.url) == expected
        replica_set.stop()


def test_three_members_survive_the_end_of_one(tmp_path: Path) -> None:
    replica_set = start_replica_set(tmp_path, free_ports(3), members=3)
    assert documents(replica_set.url) == 1

    replica_set.processes[0].kill()

    assert documents(replica_set.url) == 2
    replica_set.stop()


def test_a_folder_that_another_mongod_holds_is_told(tmp_path: Path) -> None:
    first = start_replica_set(tmp_path, free_port())

    with pytest.raises(StartError, match="Another mongod holds the data folder"):
        start_replica_set(tmp_path, free_port())
    first.stop()


def test_a_database_of_art28_is_empty_filled_and_discarded(
    mongo_url: str, mongo_client: MongoClient[dict[str, Any]], database_name: str
) -> None:
    assert inspect(mongo_url, database_name) is False
    mongo_client[f"{database_name}_x"]["y"].insert_one({})

    assert inspect(mongo_url, database_name) is True
    assert inspect(mongo_url, f"{database_name}_") is False
    assert inspect(mongo_url, database_name, discard=True) is False
    assert inspect(mongo_url, database_name) is False


def test_a_server_that_does_not_answer_is_one_line() -> None:
    with pytest.raises(StartError, match="MongoDB cannot be used") as refusal:
        inspect(f"mongodb://127.0.0.1:{free_port()}/", "art28", limit=0.1)
    assert "\n" not in str(refusal.value)
