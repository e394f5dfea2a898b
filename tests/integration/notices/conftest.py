"""A world with a receiver, on a database of its own."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from shared.mongo import Mongo
from tests.integration.notices.world import Receiver, World, make_world, receiving


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as running:
        yield running


@pytest.fixture
def world(mongo: Mongo, receiver: Receiver) -> World:
    return make_world(mongo, receiver)
