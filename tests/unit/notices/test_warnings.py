"""What the owner of an endpoint reads in a warning about it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from services.notices.model.endpoints import Endpoint
from services.notices.model.health import Health
from services.notices.model.owners import vendor
from services.notices.model.warnings import warning_data

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
FAILING = Health(5, NOON, NOON, last_error="http_503")


def endpoint(owner: str) -> Endpoint:
    address = "https://xn--kbenhavn-54a.example/hook", "https://københavn.example/hook"
    return Endpoint("whe_1", owner, *address, "Our archive", (), (), (), NOON, NOON)


@pytest.mark.parametrize(
    ("owner", "path"),
    [
        ("org_1", "/portal/v1/webhook-endpoints/whe_1"),
        (vendor("org_1"), "/notices/v1/webhook-endpoints/whe_1"),
    ],
)
@pytest.mark.parametrize(
    ("health", "days"),
    [
        (
            FAILING,
            {
                "failing_since": "2026-11-22T12:00:00.000Z",
                "failures": 5,
                "last_error": "http_503",
                "disables_at": "2026-11-27T12:00:00.000Z",
            },
        ),
        (
            Health(),
            {"failing_since": None, "failures": 0, "last_error": None, "disables_at": None},
        ),
    ],
)
def test_a_warning_names_the_endpoint_where_its_owner_manages_it_and_the_days_it_has_left(
    owner: str, path: str, health: Health, days: dict[str, Any]
) -> None:
    assert warning_data(endpoint(owner), health) == {
        "endpoint_id": "whe_1",
        "path": path,
        "url": "https://københavn.example/hook",
        "description": "Our archive",
        **days,
    }
