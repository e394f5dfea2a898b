"""What an endpoint wants, and how long its secrets live."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from services.notices.model.endpoints import (
    MOST_SECRETS,
    PAUSED,
    Destination,
    Endpoint,
    Secret,
    Subscription,
    TooManySecrets,
)
from services.notices.model.filters import Filters
from services.notices.model.health import Health
from services.notices.model.messages import Event

NOW = datetime(2026, 11, 22, 13, 0, tzinfo=UTC)
VENDOR = {"id": "org_v", "slug": "vendor"}


def endpoint(types: tuple[str, ...] = (), processors: tuple[str, ...] = ()) -> Endpoint:
    return Endpoint(
        "whe_1", "org_1", "https://a.example/", "https://a.example/", "", types, processors,
        (Secret(b"first", NOW),), NOW, NOW,
    )  # fmt: skip


def event(kind: str, processor: dict[str, Any]) -> Event:
    return Event("evt_1", kind, "", processor, "", "")


def rotated(before: Endpoint, at: datetime, hours: int) -> Endpoint:
    return before.rotated(Secret(b"next", at), at + timedelta(hours=hours))


def test_it_works() -> None:
    after = rotated(endpoint(), NOW, 24)
    assert [each.sealed for each in after.live_secrets(NOW)] == [b"next", b"first"]
    assert [each.sealed for each in after.live_secrets(NOW + timedelta(hours=24))] == [b"next"]
    assert after.revision == 2


def test_without_overlap_the_old_secret_ends_at_once() -> None:
    after = rotated(endpoint(), NOW, 0)
    assert [each.sealed for each in after.secrets] == [b"next"]


def test_a_second_rotation_does_not_prolong_the_first_secret() -> None:
    once = rotated(endpoint(), NOW, 1)
    twice = rotated(once, NOW + timedelta(minutes=30), 168)
    assert twice.secrets[2].until == NOW + timedelta(hours=1)


def test_secrets_cannot_pile_up() -> None:
    piled = endpoint()
    for _ in range(MOST_SECRETS - 1):
        piled = rotated(piled, NOW, 168)
    with pytest.raises(TooManySecrets):
        rotated(piled, NOW, 168)
    assert len(rotated(piled, NOW, 0).secrets) == 1


def test_an_endpoint_is_open_unless_it_is_disabled_or_probed() -> None:
    first = endpoint()
    off = first.disabled(NOW, "gone")
    probed, on = off.enabled(NOW, probing=True), off.enabled(NOW, probing=False)
    assert [(each.status, each.is_open) for each in (first, off, probed, on)] == [
        ("enabled", True), ("disabled", False), ("enabled", False), ("enabled", True),
    ]  # fmt: skip
    assert [(each.disabled_at, each.disabled_reason) for each in (off, probed, on)] == [
        (NOW, "gone"), (None, None), (None, None),
    ]  # fmt: skip
    assert (off.revision, probed.revision, off.probing) == (2, 3, False)


def test_disabling_ends_the_probing() -> None:
    probed = endpoint().disabled(NOW, "gone").enabled(NOW, probing=True)
    assert not probed.disabled(NOW, "failing").probing


def test_a_change_says_when_it_was_made() -> None:
    later = NOW + timedelta(hours=1)
    assert endpoint().changed(later, description="New").updated_at == later
    assert rotated(endpoint(), later, 24).updated_at == later


def test_a_secret_of_which_no_end_is_known_lives() -> None:
    assert Secret(b"s", NOW).is_live(NOW)
    assert not Secret(b"s", NOW, until=NOW).is_live(NOW)


@pytest.mark.parametrize(
    ("health", "is_troubled"),
    [(None, False), (Health(), False), (Health(failures=1), True)],
)
def test_an_endpoint_is_troubled_as_its_health_is(health: Health | None, is_troubled: bool) -> None:
    told = Subscription("whe_1", "org_1", Filters(("c.d",)), NOW, is_open=True, health=health)
    assert told.troubled(NOW) is is_troubled
    assert not told.wants(event("a.b", VENDOR))
    assert told.wants(event("c.d", VENDOR))


def test_an_attempt_is_signed_with_the_secrets_that_live() -> None:
    secrets = (Secret(b"new", NOW), Secret(b"old", NOW, until=NOW + timedelta(hours=1)))
    to = Destination("whe_1", "org_1", "https://a.example/", secrets, None, False, None, 1)
    assert [each.sealed for each in to.live_secrets(NOW)] == [b"new", b"old"]
    assert [each.sealed for each in to.live_secrets(NOW + timedelta(hours=1))] == [b"new"]


def test_disabling_and_enabling_say_when_they_happened() -> None:
    first, second = NOW + timedelta(hours=1), NOW + timedelta(hours=2)
    off = endpoint().disabled(first, "gone")
    on = off.enabled(second, probing=False)
    assert (off.updated_at, on.updated_at) == (first, second)


def test_an_endpoint_of_a_slow_receiver_is_troubled_until_the_hour_is_over() -> None:
    slow = Health(slow_until=NOW + timedelta(hours=1))
    told = Subscription("whe_1", "org_1", Filters(), NOW, is_open=True, health=slow)
    assert told.troubled(NOW) is True
    assert told.troubled(NOW + timedelta(hours=1)) is False


def test_the_fan_out_keeps_to_the_processors_that_an_endpoint_wants() -> None:
    filters = Filters(processors=("other",))
    told = Subscription("whe_1", "org_1", filters, NOW, is_open=True, health=None)
    assert not told.wants(event("a.b", VENDOR))
    assert told.wants(event("a.b", {"id": "org_x", "slug": "other"}))


def test_an_endpoint_with_a_narrow_filter_does_not_take_every_notice() -> None:
    wide = endpoint(("a.*",), ("vendor",))
    assert wide.takes_every("a.b", VENDOR)
    assert not wide.takes_every("c.d", VENDOR)
    narrowed: list[dict[str, Any]] = [{"materiality": ("new_country",)}, {"products": ("Core",)}]
    for filters in narrowed:
        assert not replace(wide, **filters).takes_every("a.b", VENDOR)


def test_a_paused_endpoint_says_so() -> None:
    paused = endpoint().disabled(NOW, PAUSED)
    assert (paused.status, paused.is_paused, paused.is_open) == ("paused", True, False)
    assert not endpoint().disabled(NOW, "gone").is_paused


@pytest.mark.parametrize(
    ("filters", "is_wanted"),
    [
        (Filters(), True),
        (Filters(materiality=("new_country",)), True),
        (Filters(materiality=("new_entity", "new_purpose")), False),
        (Filters(products=("Core",)), True),
        (Filters(products=("Mail",)), False),
        (Filters(materiality=("new_country",), products=("Mail",)), False),
        (Filters(materiality=("new_entity",), products=("Core",)), False),
    ],
)
def test_the_fan_out_keeps_to_the_materiality_and_the_products_that_an_endpoint_wants(
    filters: Filters, is_wanted: bool
) -> None:
    told = Subscription("whe_1", "org_1", filters, NOW, is_open=True, health=None)
    about = replace(event("a.b", VENDOR), materiality=("new_country",), products=("Core",))
    assert told.wants(about) is is_wanted
    assert told.wants(event("a.b", VENDOR)) is True


def test_an_endpoint_for_other_processors_does_not_take_every_notice_of_this_one() -> None:
    assert endpoint(processors=("vendor",)).takes_every("a.b", VENDOR)
    assert not endpoint(processors=("other",)).takes_every("a.b", VENDOR)
