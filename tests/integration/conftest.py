"""The whole stack with a clock that moves, and a vendor of its own for each test."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from pymongo import MongoClient

from tests import builders
from tests.receiver import Receiver, receiving
from tests.stack import START, Stack, fresh_stack
from tests.vendor import PROCESSOR_SCOPES, Vendor, new_client


@pytest.fixture(scope="session")
def one_stack(mongo_url: str, mongo_client: MongoClient[dict[str, Any]]) -> Iterator[Stack]:
    with fresh_stack(mongo_url, mongo_client) as made:
        yield made


@pytest.fixture
def stack(one_stack: Stack) -> Stack:
    """The clock starts anew for each test; what other tests made belongs to other vendors."""
    one_stack.now = START
    one_stack.forget_tokens()
    return one_stack


@pytest.fixture(scope="session")
def inbox() -> Iterator[Receiver]:
    """Takes whatever it is sent."""
    with receiving() as made:
        yield made


@pytest.fixture
def vendor(stack: Stack) -> Vendor:
    client = new_client(stack, "vendor", ["processor"], PROCESSOR_SCOPES)
    return Vendor(stack, client, client["slug"])


@pytest.fixture
def baseline(vendor: Vendor) -> Vendor:
    """A vendor whose list of 2026-01-01 holds one host in Ireland, and is public: it is kept since
    before registers were published on purpose."""
    host = builders.sub_processor(
        legal_name="Hosting Ltd", country="IE", locations=[{"country": "IE", "kind": "storage"}]
    )
    vendor.must("POST", "/baseline", {"valid_from": "2026-01-01", "sub_processors": [host]})
    registers = vendor.stack.database("registry").db["registers"]
    registers.update_one({"slug": vendor.slug}, {"$unset": {"page": ""}})
    return vendor


@pytest.fixture
def told_at_once(vendor: Vendor, inbox: Receiver) -> None:
    """Every customer has an endpoint, and what is announced is sent within the same test's day."""
    vendor.receiver_url = inbox.url
