"""What all tests share: one mongod, a database of their own, and no network."""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import settings
from pymongo import MongoClient

from shared.mongo import Mongo
from tests import network

pytest_plugins = ["tests.mongod"]

# How long an example takes says more about the machine than about the code.
settings.register_profile("art28", deadline=None)
settings.load_profile("art28")


def pytest_configure() -> None:
    network.forbid()
    # All tests come from one address; those that are about limits set their own.
    for name in ("ADDRESS", "COSTLY", "CLIENT"):
        os.environ.setdefault(f"ART28_LIMIT_{name}", "0")


@pytest.fixture(scope="session")
def mongo_url(mongod: str) -> str:
    """The connection string of a real single-member replica set."""
    return mongod


@pytest.fixture(scope="session")
def mongo_client(mongo_url: str) -> Iterator[MongoClient[dict[str, Any]]]:
    """One connected client for the whole run."""
    client: MongoClient[dict[str, Any]] = MongoClient(mongo_url)
    yield client
    client.close()


@pytest.fixture
def database_name(mongo_client: MongoClient[dict[str, Any]]) -> Iterator[str]:
    """A fresh name; every database whose name begins with it is dropped after the test.

    It serves as a database name and as ART28_DB_PREFIX alike.
    """
    name = f"test_{uuid.uuid4().hex[:12]}"
    yield name
    for found in mongo_client.list_database_names():
        if found.startswith(name):
            mongo_client.drop_database(found)


@pytest.fixture
def mongo(mongo_client: MongoClient[dict[str, Any]], database_name: str) -> Mongo:
    """An empty database, able to run transactions."""
    return Mongo(mongo_client, database_name)
