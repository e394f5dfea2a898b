"""Each profile is started once per worker, with its sample data, on ports that nobody uses; so is
the whole product in this process."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from pymongo import MongoClient

from tests.e2e.inprocess import Loaded, Strict, loaded
from tests.e2e.running import Running, running


@pytest.fixture(scope="session", params=["embedded", "processes"])
def profile(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Running]:
    with running(request.param, tmp_path_factory.mktemp(request.param)) as started:
        yield started


@pytest.fixture(scope="session")
def product(mongo_url: str, mongo_client: MongoClient[dict[str, Any]]) -> Iterator[Loaded]:
    prefix = f"test_{uuid.uuid4().hex[:12]}"
    yield loaded(Strict(mongo_url, prefix))
    for name in mongo_client.list_database_names():
        if name.startswith(prefix):
            mongo_client.drop_database(name)
