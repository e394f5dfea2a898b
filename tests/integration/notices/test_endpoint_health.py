"""An endpoint that goes on failing: its owner is warned in stages, then it is disabled; nothing is
lost meanwhile, and it is let in again by one message that succeeds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

import pytest

from services.notices import tasks
from services.notices.channels.webhook.schedule import WAITS
from services.notices.model.endpoints import Endpoint
from services.notices.use_cases import endpoints
from tests.integration.notices.world import World


class Mails(list[tuple[str, str, Mapping[str, Any]]]):
    """What the mail channel was asked to send."""

    def enqueue(self, kind: str, to: str, data: Mapping[str, Any], **_: Any) -> int:
        self.append((kind, to, data))
        return 1


@pytest.fixture
def mails(world: World) -> Mails:
    mails = Mails()
    world.dispatcher.health.enqueue = mails.enqueue
    return mails


def endpoint_of(world: World, name: str) -> Endpoint:
    (found,) = world.deps.stores.endpoints.of_controllers([f"org_{name}"])[f"org_{name}"]
    return found


def fails(world: World, name: str, *after: timedelta) -> None:
    """New messages, each of which fails that long after the one before."""
    world.receiver.answers[f"/{name}"] = lambda _: (500, {})
    for wait in after:
        world.clock.ahead += wait
        endpoints.send_example(world.deps, f"org_{name}", endpoint_of(world, name).id, None)
        world.deliver()


MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


def test_it_works(world: World, mails: Mails) -> None:
    world.customer("nordbo", 1)
    fails(world, "nordbo", MINUTE, MINUTE)
    assert mails == []
    fails(world, "nordbo", MINUTE, DAY, 2 * DAY)
    told = [(kind, to) for kind, to, _ in mails]
    assert told == [("webhook.disabling_soon", "org_nordbo")] * 3
    data = mails[-1][2]
    assert data["last_error"] == "http_500"
    assert data["disables_at"] > data["failing_since"]
    fails(world, "nordbo", 2 * DAY)

    found = endpoint_of(world, "nordbo")
    assert (found.status, found.disabled_reason) == ("disabled", "failing")
    assert mails[-1][0] == "webhook.disabled"
    assert len(mails) == 4


def test_the_customer_s_other_endpoints_are_told_too(world: World, mails: Mails) -> None:
    world.customer("nordbo", 1)
    failing = endpoint_of(world, "nordbo")
    world.endpoint("nordbo", url=f"{world.receiver.url}/other")
    world.receiver.answers["/nordbo"] = lambda _: (500, {})
    for _ in range(5):
        endpoints.send_example(world.deps, "org_nordbo", failing.id, None)
        world.deliver()
    world.settle()
    (warning,) = world.receiver.at("/other")
    assert warning.json["type"] == "webhook.disabling_soon"
    assert warning.json["data"]["endpoint_id"] == failing.id
    assert all(each.json["type"] == "webhook.test" for each in world.receiver.at("/nordbo"))


def test_one_success_ends_a_run_of_failures(world: World, mails: Mails) -> None:
    world.customer("nordbo", 1)
    for _ in range(4):
        fails(world, "nordbo", MINUTE, MINUTE, DAY)
        world.receiver.answers.clear()
        endpoints.send_example(world.deps, "org_nordbo", endpoint_of(world, "nordbo").id, None)
        world.deliver()
    health = endpoint_of(world, "nordbo").health
    assert health is None or health.failures == 0
    assert endpoint_of(world, "nordbo").status == "enabled"
    assert {kind for kind, _, _ in mails} <= {"webhook.disabling_soon", "webhook.recovered"}


def test_one_that_fails_and_recovers_again_and_again_is_warned_of_once_a_day(
    world: World, mails: Mails
) -> None:
    world.customer("nordbo", 1)
    for _ in range(3):
        fails(world, "nordbo", MINUTE, MINUTE, MINUTE, MINUTE, MINUTE)
        world.receiver.answers.clear()
        world.clock.ahead += timedelta(hours=1)
        world.deliver()
    assert [kind for kind, _, _ in mails] == ["webhook.disabling_soon", "webhook.recovered"]


def test_the_owner_is_told_when_one_that_it_was_warned_of_works_again(
    world: World, mails: Mails
) -> None:
    world.customer("nordbo", 1)
    fails(world, "nordbo", *[MINUTE] * 4)
    world.receiver.answers.clear()
    for _ in range(2):
        endpoints.send_example(world.deps, "org_nordbo", endpoint_of(world, "nordbo").id, None)
        world.deliver()
    kind, to, data = mails[-1]
    assert ([each for each, _, _ in mails], to) == (
        ["webhook.disabling_soon", "webhook.recovered"], "org_nordbo",
    )  # fmt: skip
    assert (kind, data["endpoint_id"]) == ("webhook.recovered", endpoint_of(world, "nordbo").id)


def test_the_owner_is_told_when_one_that_was_disabled_works_again(
    world: World, mails: Mails
) -> None:
    world.customer("nordbo", 1)
    world.receiver.answers["/nordbo"] = lambda _: (410, {})
    world.tell(world.ledger.change("chg_1", 1))
    world.settle()
    world.receiver.answers.clear()
    found = endpoint_of(world, "nordbo")
    endpoints.enable(world.deps, "org_nordbo", found.id, skip_backlog=False)
    world.settle()
    assert [kind for kind, _, _ in mails] == ["webhook.disabled", "webhook.recovered"]


@pytest.mark.parametrize("status", [204, 503])
def test_a_receiver_stops_what_is_sent_to_it_by_a_header(
    world: World, mails: Mails, status: int
) -> None:
    world.customer("nordbo", 1)
    world.receiver.answers["/nordbo"] = lambda _: (status, {"Webhook-Stop": "maintenance"})
    world.tell(world.ledger.change("chg_1", 1))
    world.settle()
    stopped = endpoint_of(world, "nordbo")
    assert (stopped.disabled_reason, [kind for kind, _, _ in mails]) == (
        "paused", ["webhook.disabled"],
    )  # fmt: skip
    world.receiver.answers.clear()
    world.tell(world.ledger.change("chg_2", 1))
    world.settle()
    assert len(world.receiver.got) == 1, "nothing is sent until the owner resumes it"

    endpoints.resume(world.deps, "org_nordbo", stopped.id)
    world.clock.ahead += timedelta(minutes=2)  # A receiver that was overloaded gets one.
    world.settle()
    assert {each["state"] for each in world.rows("deliveries")} == {"delivered"}


def test_of_a_few_failures_that_end_nobody_is_told(world: World, mails: Mails) -> None:
    world.customer("nordbo", 1)
    fails(world, "nordbo", MINUTE, MINUTE)
    world.receiver.answers.clear()
    endpoints.send_example(world.deps, "org_nordbo", endpoint_of(world, "nordbo").id, None)
    world.deliver()
    assert mails == []


def test_what_comes_while_it_is_disabled_is_kept_and_one_message_tries_first(
    world: World, mails: Mails
) -> None:
    world.customer("nordbo", 1)
    world.receiver.answers["/nordbo"] = lambda _: (410, {})
    world.tell(world.ledger.change("chg_1", 1))
    world.settle()
    for number in range(2, 6):
        world.tell(world.ledger.change(f"chg_{number}", 1))
    world.settle()
    assert {each["state"] for each in world.rows("deliveries")} == {"held"}
    assert [kind for kind, _, _ in mails] == ["webhook.disabled"]

    world.receiver.answers["/nordbo"] = lambda number: (500 if number == 2 else 204, {})
    found = endpoints.enable(
        world.deps, "org_nordbo", endpoint_of(world, "nordbo").id, skip_backlog=False
    )
    assert found.probing
    world.deliver()
    assert len(world.receiver.got) == 2
    world.tell(world.ledger.change("chg_6", 1))
    world.settle()
    assert len(world.receiver.got) == 2, "only one message is sent until it succeeds"

    world.clock.ahead += timedelta(seconds=7)
    world.settle()
    assert not endpoint_of(world, "nordbo").probing
    assert {each["state"] for each in world.rows("deliveries")} == {"delivered"}
    assert len(world.receiver.got) == 2 + 6


def test_when_the_message_that_tries_first_fails_for_good_the_next_one_tries(
    world: World, mails: Mails
) -> None:
    """Until one succeeds, or the endpoint has failed for five days and is disabled again."""
    world.customer("nordbo", 1)
    world.receiver.answers["/nordbo"] = lambda _: (410, {})
    for number in range(1, 4):
        world.tell(world.ledger.change(f"chg_{number}", 1))
    world.settle()
    world.receiver.answers["/nordbo"] = lambda _: (500, {})
    found = endpoint_of(world, "nordbo")
    endpoints.enable(world.deps, "org_nordbo", found.id, skip_backlog=False)
    upkeep = tasks.make_retention(world.deps.settings, world.deps.stores, world.clock)

    def states() -> list[str]:
        return [each["state"] for each in world.rows("deliveries")]

    def time_passes(waits: Sequence[int]) -> None:
        for wait in waits:
            world.clock.ahead += timedelta(seconds=1.25 * wait)
            world.deliver()
            upkeep.run_once()

    time_passes(WAITS[:-1])
    assert states() == ["pending", "held", "held"], "one at a time"
    time_passes(WAITS[-1:])
    world.deliver()
    assert states() == ["failed", "pending", "held"]
    time_passes(WAITS)
    assert endpoint_of(world, "nordbo").status == "disabled"
    assert [kind for kind, _, _ in mails].count("webhook.disabled") == 2

    world.receiver.answers.clear()
    endpoints.enable(world.deps, "org_nordbo", found.id, skip_backlog=False)
    world.deliver()
    assert sorted(states()) == ["delivered", "delivered", "failed"]


def test_what_is_recovered_meanwhile_waits_for_the_message_that_tries_first(
    world: World, mails: Mails
) -> None:
    world.customer("nordbo", 1)
    world.receiver.answers["/nordbo"] = lambda _: (500, {})
    for number in range(1, 4):
        world.tell(world.ledger.change(f"chg_{number}", 1))
    world.settle()
    for wait in (*WAITS, 1):
        world.clock.ahead += timedelta(seconds=1.25 * wait)
        world.deliver()
    world.receiver.answers["/nordbo"] = lambda _: (410, {})
    world.tell(world.ledger.change("chg_4", 1))
    world.settle()
    world.receiver.answers["/nordbo"] = lambda number: (500 if number < 33 else 204, {})
    assert len(world.receiver.got) == 31

    found = endpoint_of(world, "nordbo")
    endpoints.enable(world.deps, "org_nordbo", found.id, skip_backlog=False)
    since = world.clock() - timedelta(days=30)
    endpoints.recover(world.deps, "org_nordbo", found.id, since)
    world.settle()
    assert len(world.receiver.got) == 32
    world.clock.ahead += timedelta(seconds=7)
    world.settle()
    told = {row["state"] for row in world.rows("deliveries")}
    assert told == {"delivered"}


def test_enabled_without_anything_held_it_is_open_at_once(world: World, mails: Mails) -> None:
    world.customer("nordbo", 1)
    found = endpoint_of(world, "nordbo")
    world.deps.stores.endpoints.replace(found.disabled(world.clock(), "gone"))
    enabled = endpoints.enable(world.deps, "org_nordbo", found.id, skip_backlog=False)
    assert enabled.is_open


def test_a_name_that_moved_to_a_private_address_is_marked_and_told(
    world: World, mails: Mails
) -> None:
    world.customer("nordbo", 1)
    moved = {"$set": {"url": "https://10.0.0.1/hook"}}
    world.mongo.db["endpoints"].update_one({"controller_id": "org_nordbo"}, moved)
    endpoints.send_example(world.deps, "org_nordbo", endpoint_of(world, "nordbo").id, None)
    world.deliver()
    found = endpoint_of(world, "nordbo")
    assert found.health
    assert found.health.blocked_at
    assert [(kind, data["last_error"]) for kind, _, data in mails] == [
        ("webhook.disabling_soon", "blocked_address")
    ]
    assert world.receiver.got == []
