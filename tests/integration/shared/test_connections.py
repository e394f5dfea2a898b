"""One process holds one client of MongoDB, however many services live in it."""

from __future__ import annotations

import multiprocessing

from shared.mongo import connect, disconnect


def test_two_databases_of_one_address_share_a_client(mongo_url: str) -> None:
    assert connect(mongo_url, "one").client is connect(mongo_url, "two").client


def test_another_time_limit_is_another_client(mongo_url: str) -> None:
    assert connect(mongo_url, "one").client is not connect(mongo_url, "one", timeout_ms=900).client


def test_after_a_disconnect_a_new_client_answers(mongo_url: str) -> None:
    address = f"{mongo_url}&appname=disconnected"
    old = connect(address, "one")
    disconnect(address)
    new = connect(address, "one")
    new.ping()
    assert new.client is not old.client
    disconnect(address)


def _has_the_client_of(url: str, number: int) -> bool:
    return id(connect(url, "one").client) == number


def test_a_child_that_was_forked_makes_its_own(mongo_url: str) -> None:
    number = id(connect(mongo_url, "one").client)
    with multiprocessing.get_context("fork").Pool(1) as pool:
        assert not pool.apply(_has_the_client_of, (mongo_url, number))
