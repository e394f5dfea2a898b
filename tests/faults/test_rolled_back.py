"""What the loss of a primary takes back, nobody has been told of."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from typing import Any

import pytest
from pymongo.errors import PyMongoError

from shared.failures import Failures
from shared.ledger import Ledger
from shared.mongo import Mongo, connect, disconnect
from shared.relay import Relay
from tests.clock import now
from tests.faults.database import Database, ReplicaSet
from tests.faults.load import until

pytestmark = [pytest.mark.faults, pytest.mark.slow]


def test_it_works(replica_set: ReplicaSet) -> None:
    """An entry that no other member has yet is rolled back when the primary dies, and its number
    goes to another: a listener who had heard of the one would take the other for known."""
    mongo = connect(replica_set.url, "rolled_back", timeout_ms=2_000)
    mongo.ensure_indexes(Ledger.INDEXES)
    ledger, posted = Ledger(mongo, ["notices"]), list[Mapping[str, Any]]()
    relay = Relay(mongo, ledger, "notices", posted.extend, Failures(mongo, "a.relay", now))
    append(mongo, ledger, "first")
    assert relay.run_once()
    with ThreadPoolExecutor(1) as pool, alone(replica_set) as primary:
        second = pool.submit(append, mongo, ledger, "second")
        until(lambda: mongo.db["ledger"].find_one({"sequence": 2}) is not None)
        [entry] = mongo.db["ledger"].find({"sequence": 2})
        taken_back = entry["hash"]
        with suppress(PyMongoError):
            relay.run_once()
    second.result()
    primary.start_again()
    until(lambda: not relay.run_once())
    kept = [each.hash for each in ledger.entries("s")]
    assert len(kept) == 2
    assert taken_back not in kept
    assert [each["hash"] for each in posted] == kept
    disconnect(replica_set.url)


def append(mongo: Mongo, ledger: Ledger, number: str) -> None:
    """It takes effect once; when the primary is lost meanwhile, at another instant."""
    mongo.transact(
        lambda session: ledger.append(
            session, "s", "x.happened", {"n": number}, at=now(), actor="cli_test"
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
