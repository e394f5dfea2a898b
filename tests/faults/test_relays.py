"""The primary is lost while agreements and registry append to their ledgers and tell notices."""

from __future__ import annotations

import os
from functools import partial

import pytest

from tests.faults.database import ReplicaSet, lose_primaries
from tests.faults.load import Load, going_on, insistently, under_load, until
from tests.faults.tally import Tally
from tests.faults.telling import Noting, Teller, telling
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
                killed = lose_primaries(replica_set, load)
            load.assert_told(lapses=3)
            killed.start_again()
        for teller in tellers.values():
            for stream, sequence in teller.acknowledged.items():
                told = teller.told(stream)
                assert [number for number, _ in told] == list(range(1, sequence + 1))
                until(partial(has_heard, inbox, stream, len(told)))
                assert inbox.heard(stream) == told
        assert len(tellers["agreements"].acknowledged) == STREAMS


def has_heard(inbox: Noting, stream: str, count: int) -> bool:
    return len(inbox.heard(stream)) >= count


def agree(load: Load, teller: Teller) -> None:
    """One more agreement is made or amended; the next change waits until notices knows of it."""
    version = load.version + 1
    name = f"d{version % STREAMS}"
    kind = "amended" if f"agreement:agr_{name}" in teller.acknowledged else "activated"
    insistently(teller.append, load.world.ledger.agreement(name, version, kind))
    load.version = version
