"""However many names a receiver has, its address gets a part of the places and no more."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from services.notices.channels.webhook import ADDRESS_BUSY, Sender
from services.notices.use_cases import endpoints
from shared.mongo import Mongo
from tests.hostile import answers
from tests.hostile.sending import LIMITS, LOOPBACK, to
from tests.hostile.server import Receiver as Hostile
from tests.integration.notices.world import Receiver, make_world
from tests.sending import send_all


def test_it_works() -> None:
    limits = replace(LIMITS, in_flight=8, per_address=2)
    with Hostile(answers.hang) as hostile, Sender(LOOPBACK, limits) as sender:
        urls = [hostile.url(f"/{n}") for n in range(4)]
        for n, url in enumerate(urls[:2]):
            assert not sender.crowded(url)
            sender.submit(to(url, str(n)))
        sender.submit(to(urls[2], "too many"))
        (refused,) = sender.finished(0.5)
        assert (refused.key, refused.code) == ("too many", ADDRESS_BUSY)
        assert sender.crowded(urls[1])
        assert hostile.connections <= 2


def test_room_is_given_back_when_an_attempt_ends() -> None:
    limits = replace(LIMITS, in_flight=8, per_address=1)
    with Hostile(answers.status(204)) as hostile, Sender(LOOPBACK, limits) as sender:
        for n in range(5):
            (outcome,) = list(send_all(sender, [to(hostile.url(), str(n))]))
            assert outcome.ok
        assert not sender.crowded(hostile.url())


def test_what_finds_no_room_is_sent_later_and_counts_as_no_attempt(
    mongo: Mongo, receiver: Receiver
) -> None:
    world = make_world(mongo, receiver, in_flight=16, address_in_flight=1, endpoint_in_flight=4)
    made = [world.endpoint("nordbo", url=f"{receiver.url}/{n}")[0] for n in range(10)]
    for each in made:
        endpoints.send_example(world.deps, "org_nordbo", each, None)
    for _ in range(10):
        world.deliver()
        world.clock.ahead += timedelta(seconds=1)
    assert sorted(each.path for each in receiver.got) == [f"/{n}" for n in range(10)]
    assert {each["attempt"] for each in world.rows("deliveries")} == {1}
