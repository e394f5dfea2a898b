"""The whole stack with a clock that moves, and a vendor of its own for each test."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from pymongo import MongoClient

from tests import builders
from tests.stack import START, Stack
from tests.vendor import PROCESSOR_SCOPES, Vendor, new_client


@pytest.fixture(scope="session")
def one_stack(mongo_url: str, mongo_client: MongoClient[dict[str, Any]]) -> Iterator[Stack]:
    prefix = f"test_{uuid.uuid4().hex[:12]}"
    yield Stack(mongo_url, prefix)
    for found in mongo_client.list_database_names():
        if found.startswith(prefix):
            mongo_client.drop_database(found)


@pytest.fixture
def stack(one_stack: Stack) -> Stack:
    """The clock starts anew for each test; what other tests made belongs to other vendors."""
    one_stack.now = START
    one_stack.forget_tokens()
    return one_stack


@pytest.fixture
def vendor(stack: Stack) -> Vendor:
    client = new_client(stack, "vendor", ["processor"], PROCESSOR_SCOPES)
    return Vendor(stack, client, client["slug"])


@pytest.fixture
def baseline(vendor: Vendor) -> Vendor:
    """A vendor whose list of 2026-01-01 holds one host in Ireland."""
    host = builders.sub_processor(
        legal_name="Hosting Ltd", country="IE", locations=[{"country": "IE", "kind": "storage"}]
    )
    vendor.must("POST", "/baseline", {"valid_from": "2026-01-01", "sub_processors": [host]})
    return vendor
