"""Two vendors with all they own, built once for each file of tests."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from pymongo import MongoClient

from tests.integration.access.table import Route, routes
from tests.integration.access.world import World, built
from tests.stack import fresh_stack


@pytest.fixture(scope="module")
def world(mongo_url: str, mongo_client: MongoClient[dict[str, Any]]) -> Iterator[World]:
    with fresh_stack(mongo_url, mongo_client) as stack:
        yield built(stack)


@pytest.fixture(scope="module")
def found(world: World) -> list[Route]:
    return routes(world.stack.apps)
