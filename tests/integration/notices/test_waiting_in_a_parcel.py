"""First tries that wait in a parcel are seen as pending wherever deliveries are shown."""

from __future__ import annotations

from datetime import timedelta

import pytest

from services.notices.model.deliveries import DeliveryUnderWay
from services.notices.store.delivery_pages import Wanted
from services.notices.use_cases import deliveries, endpoints, evidence
from services.notices.use_cases.deliveries import Delivery
from shared.errors import NotFound
from shared.pagination import PageRequest
from tests.integration.notices.world import World

CHANGES = [f"chg_{number}" for number in range(1, 4)]


def announced(world: World) -> str:
    """Three changes to two customers; nothing was sent. The endpoint of one of them."""
    world.customer("fine", 1)
    world.customer("nordbo", 2)
    for change_id in CHANGES:
        world.tell(world.ledger.change(change_id, 2))
        world.clock.ahead += timedelta(seconds=1)
        world.fan_out()
    (found,) = world.rows("endpoints", controller_id="org_nordbo")
    return str(found["_id"])


def shown(
    world: World, endpoint_id: str, state: str | None = None, limit: int = 10
) -> list[Delivery]:
    """All pages of an endpoint's deliveries."""
    found, cursor = list[Delivery](), None
    while True:
        request = PageRequest(limit, cursor)
        page = deliveries.page(world.deps, "org_nordbo", endpoint_id, Wanted(state), request)
        assert len(page.items) <= limit
        found, cursor = [*found, *page.items], page.next_cursor
        if cursor is None:
            return found


def changes_of(found: list[Delivery]) -> list[str]:
    return [each.message["change_id"] or "" for each in found if each.message]


def test_it_works(world: World) -> None:
    endpoint_id = announced(world)
    assert world.rows("deliveries") == []
    found = shown(world, endpoint_id)
    assert changes_of(found) == CHANGES[::-1]
    assert {each.row["state"] for each in found} == {"pending"}
    assert {each.row["endpoint_id"] for each in found} == {endpoint_id}
    world.deliver()
    assert [each.row["_id"] for each in shown(world, endpoint_id)] == [
        each.row["_id"] for each in found
    ]


def test_pages_go_through_what_waits_and_what_was_sent_without_a_gap(world: World) -> None:
    endpoint_id = announced(world)
    world.deliver()
    for change_id in ("chg_8", "chg_9"):
        world.tell(world.ledger.change(change_id, 2))
        world.clock.ahead += timedelta(seconds=1)
        world.fan_out()
    assert changes_of(shown(world, endpoint_id, limit=1)) == ["chg_9", "chg_8", *CHANGES[::-1]]
    assert changes_of(shown(world, endpoint_id, limit=2)) == ["chg_9", "chg_8", *CHANGES[::-1]]
    assert changes_of(shown(world, endpoint_id, "pending")) == ["chg_9", "chg_8"]
    assert changes_of(shown(world, endpoint_id, "delivered")) == CHANGES[::-1]


def test_one_of_them_is_found_by_its_id_by_its_customer_only(world: World) -> None:
    announced(world)
    waiting = world.delivery_about("nordbo", "chg_2")
    found = deliveries.get(world.deps, "org_nordbo", waiting["_id"])
    assert (found.row["state"], changes_of([found])) == ("pending", ["chg_2"])
    with pytest.raises(NotFound):
        deliveries.get(world.deps, "org_fine", waiting["_id"])
    for unknown in (waiting["_id"][:-1] + "x", "dlv_", "dlv_zzz", "x", waiting["message_id"]):
        with pytest.raises(NotFound):
            deliveries.get(world.deps, "org_nordbo", unknown)


def test_it_is_under_way_and_not_to_be_tried_again(world: World) -> None:
    announced(world)
    waiting = world.delivery_about("nordbo", "chg_2")
    with pytest.raises(DeliveryUnderWay):
        deliveries.retry(world.deps, "org_nordbo", waiting["_id"])


def test_a_recovery_does_not_send_what_is_on_its_way_twice(world: World) -> None:
    endpoint_id = announced(world)
    since = world.clock() - timedelta(days=1)
    endpoints.recover(world.deps, "org_nordbo", endpoint_id, since)
    world.clock.ahead += timedelta(seconds=1)
    world.settle()
    got = [each.message_id for each in world.receiver.at("/nordbo")]
    # With what was said of its agreement before it had an endpoint.
    assert len(got) == len(set(got)) == len(CHANGES) + 1


def test_the_evidence_says_pending_and_not_told(world: World) -> None:
    announced(world)
    event = world.deps.stores.events.notice_of("chg_1")
    assert event is not None
    page = evidence.page(world.deps, event, PageRequest(10, None))
    told = {each.agreement_id: (each.outcome, each.channel, each.given_on) for each in page.items}
    assert set(told.values()) == {("pending", "webhook", None)}
    assert len(told) == 2
