"""A database that fails for a moment costs no delivery, no place, and no second POST."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from pymongo.errors import AutoReconnect

from services.notices.channels.webhook import ADDRESS_BUSY, Outcome, Outgoing
from services.notices.dispatcher import Dispatcher
from shared.mongo import Mongo
from tests.integration.notices.world import Receiver, World, make_world
from tests.stack import until_rest

CUSTOMERS = 6


class Failing:
    """A store that fails once, at the next call of this name."""

    def __init__(self, real: Any, name: str) -> None:
        self._real, self._name = real, name

    def __getattr__(self, name: str) -> Any:
        if name != self._name:
            return getattr(self._real, name)

        def fail(*_: Any, **__: Any) -> None:
            self._name = ""
            raise AutoReconnect

        return fail


class AllBusy:
    """A sender to whom every address is too busy."""

    def __init__(self, places: int) -> None:
        self._places, self._done = places, list[Outcome]()

    @property
    def in_flight(self) -> int:
        return len(self._done)

    @property
    def free(self) -> int:
        return self._places - len(self._done)

    def crowded(self, _url: str) -> bool:
        return False

    def submit(self, outgoing: Outgoing) -> None:
        self._done.append(Outcome(outgoing.key, False, None, ADDRESS_BUSY, 0))

    def cut_short(self, limit: int) -> None: ...

    def finished(self, wait: float = 0.0) -> list[Outcome]:
        done, self._done = self._done, []
        return done

    def close(self) -> None: ...


def announced(world: World) -> None:
    for number in range(1, CUSTOMERS + 1):
        world.customer(f"c{number}", number)
    world.deliver()
    world.receiver.got.clear()
    world.tell(world.ledger.change("chg_1", CUSTOMERS))
    world.fan_out()


def failing_at(world: World, name: str) -> None:
    deliveries: Any = Failing(world.dispatcher.stores.deliveries, name)
    stores = replace(world.dispatcher.stores, deliveries=deliveries)
    world.dispatcher.stores = world.dispatcher.claims.stores = stores


def run_until_it_fails(dispatcher: Dispatcher) -> None:
    with pytest.raises(AutoReconnect):
        until_rest(dispatcher.run_once)


def test_what_could_not_be_stored_is_stored_before_its_lapsed_claims_are_taken(
    world: World,
) -> None:
    announced(world)
    failing_at(world, "complete")
    run_until_it_fails(world.dispatcher)
    world.clock.ahead += timedelta(seconds=61)
    world.deliver()
    assert {each["state"] for each in world.rows("deliveries")} == {"delivered"}
    sent = Counter(each.message_id for each in world.receiver.got)
    assert len(sent) == CUSTOMERS
    assert set(sent.values()) == {1}


def test_what_cannot_be_given_back_keeps_no_place_of_its_endpoint(
    mongo: Mongo, receiver: Receiver
) -> None:
    world = make_world(mongo, receiver, endpoint_in_flight=1)
    announced(world)
    real = world.dispatcher.sender
    world.dispatcher.sender = AllBusy(CUSTOMERS)
    failing_at(world, "give_back")
    run_until_it_fails(world.dispatcher)
    assert not world.dispatcher._flying
    world.dispatcher.sender = real
    # A clock that jumps is no lapse: both clocks go on.
    before = world.dispatcher.monotonic
    world.dispatcher.monotonic = world.dispatcher.claims.monotonic = lambda: before() + 61
    world.clock.ahead += timedelta(seconds=61)
    world.deliver()
    assert {each["state"] for each in world.rows("deliveries")} == {"delivered"}
    assert not world.dispatcher.claims._load
