"""What an endpoint wants, and how long its secrets live."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from services.notices.model.endpoints import MOST_SECRETS, Endpoint, Secret, TooManySecrets

NOW = datetime(2026, 11, 22, 13, 0, tzinfo=UTC)
VENDOR = {"id": "org_v", "slug": "vendor"}


def endpoint(types: tuple[str, ...] = (), processors: tuple[str, ...] = ()) -> Endpoint:
    return Endpoint(
        "whe_1", "org_1", "https://a.example/", "https://a.example/", "", types, processors,
        (Secret(b"first", NOW),), NOW, NOW,
    )  # fmt: skip


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


@pytest.mark.parametrize(
    ("types", "processors", "wanted"),
    [
        ((), (), True),
        (("a.b",), (), True),
        (("c.d",), (), False),
        ((), ("vendor",), True),
        ((), ("org_v",), True),
        ((), ("other",), False),
        (("a.b",), ("other",), False),
    ],
)
def test_filters(types: tuple[str, ...], processors: tuple[str, ...], wanted: bool) -> None:
    assert endpoint(types, processors).wants("a.b", VENDOR) is wanted
