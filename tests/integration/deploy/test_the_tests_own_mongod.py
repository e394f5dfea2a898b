"""What every test may rely on: a real database of its own, and no network."""

from __future__ import annotations

import socket

import pytest
from pymongo.client_session import ClientSession

from shared.mongo import Mongo
from tests.network import NetworkForbidden


def test_it_works(mongo: Mongo) -> None:
    mongo.db["things"].insert_one({"_id": 1})

    assert mongo.db["things"].count_documents({}) == 1


def test_a_transaction_is_all_or_nothing(mongo: Mongo) -> None:
    def write_then_fail(session: ClientSession) -> None:
        mongo.db["things"].insert_one({"_id": 2}, session=session)
        raise LookupError

    with pytest.raises(LookupError):
        mongo.transact(write_then_fail)

    assert mongo.db["things"].count_documents({}) == 0


def test_each_test_begins_with_an_empty_database(mongo: Mongo) -> None:
    assert mongo.db.list_collection_names() == []


def test_connections_beyond_loopback_are_refused() -> None:
    with socket.socket() as outside, pytest.raises(NetworkForbidden):
        outside.connect(("192.0.2.1", 80))


def test_names_are_not_looked_up() -> None:
    with pytest.raises(NetworkForbidden):
        socket.getaddrinfo("example.org", 443)
