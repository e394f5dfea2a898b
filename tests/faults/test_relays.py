"""The primary is lost while agreements and registry append to their ledgers and tell notices."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from typing import Any

import pytest
from pymongo.errors import PyMongoError

from shared.ledger import Ledger
from shared.mongo import Mongo, connect
from shared.relay import Relay
from shared.times import utc_now
from tests.faults.database import Database, ReplicaSet
from tests.faults.load import Load, going_on, insistently, under_load, until
from tests.faults.tally import Tally
from tests.faults.telling import Teller, telling
from tests.integration.notices.world import receiving

pytestmark = [pytest.mark.faults, pytest.mark.slow]

TIMES = 5 if os.environ.get("LONG_FAULTS") else 1
STREAMS = 10


def test_it_works(replica_set: ReplicaSet, tally: Tally) -> None:
    """Nothing that was acknowledged is lost, order is kept, and nothing comes in twice."""
    with (
        receiving() as receiver,
        under_load(replica_set.url, receiver, "relays") as load,
        telling(load, ["agreements", "registry"]) as (inbox, tellers),
    ):
        tally("primary lost under the relays", lambda: load.counts(2 * TIMES))
        load.tell = tellers["registry"].append
        for _ in range(TIMES):
            with load.announcing(), going_on(lambda _: agree(load, tellers["agreements"])):
                load.wait_for_more()
                replica_set.step_down()
                load.lapse()
                load.wait_for_more()
                killed = replica_set.kill_primary()
                load.lapse()
                load.wait_for_more()
            load.assert_told(lapses=3)
            killed.start_again()
        for teller in tellers.values():
            for stream, sequence in teller.acknowledged.items():
                told = teller.told(stream)
                assert [number for number, _ in told] == list(range(1, sequence + 1))
                until(lambda told=told, stream=stream: len(inbox.heard(stream)) >= len(told))  # type: ignore[misc]
                assert inbox.heard(stream) == told
        assert len(tellers["agreements"].acknowledged) == STREAMS


def agree(load: Load, teller: Teller) -> None:
    """One more agreement is made or amended; the next change waits until notices knows of it."""
    version = load.version + 1
    name = f"d{version % STREAMS}"
    kind = "amended" if f"agreement:agr_{name}" in teller.acknowledged else "activated"
    insistently(teller.append, load.world.ledger.agreement(name, version, kind))
    load.version = version


def test_what_a_primary_took_with_it_was_never_told(replica_set: ReplicaSet) -> None:
    """An entry that no other member has yet is rolled back when the primary dies, and its number
    goes to another: a listener who had heard of the one would take the other for known."""
    mongo = connect(replica_set.url, "rolled_back", timeout_ms=2_000)
    mongo.ensure_indexes(Ledger.INDEXES)
    ledger, posted = Ledger(mongo, ["notices"]), list[Mapping[str, Any]]()
    relay = Relay(mongo, ledger, "notices", posted.extend)
    append(mongo, ledger, "first")
    assert relay.run_once()
    with ThreadPoolExecutor(1) as pool, alone(replica_set) as primary:
        second = pool.submit(append, mongo, ledger, "second")
        until(lambda: mongo.db["ledger"].find_one({"sequence": 2}) is not None)
        taken_back = mongo.db["ledger"].find_one({"sequence": 2})["hash"]  # type: ignore[index]
        with suppress(PyMongoError):
            relay.run_once()
    second.result()
    primary.start_again()
    until(lambda: not relay.run_once())
    kept = [each.hash for each in ledger.entries("s")]
    assert len(kept) == 2
    assert taken_back not in kept
    assert [each["hash"] for each in posted] == kept
    mongo.client.close()


def append(mongo: Mongo, ledger: Ledger, number: str) -> None:
    """It takes effect once; when the primary is lost meanwhile, at another instant."""
    mongo.transact(
        lambda session: ledger.append(
            session, "s", "x.happened", {"n": number}, at=utc_now(), actor="cli_test"
        )
    )


@contextmanager
def alone(replica_set: ReplicaSet) -> Iterator[Database]:
    """The primary, while it is the only member that runs; it does not outlast that."""
    primary = replica_set.primary()
    others = [each for each in replica_set.members if each is not primary]
    for each in others:
        each.kill()
    try:
        yield primary
    finally:
        primary.kill()
        for each in others:
            each.start_again()
