"""Which clients were removed: asked of identity now and then, and only for what is new."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from shared.errors import Unavailable
from shared.times import format_instant
from shared.tokens import RemovedClients

AT = datetime(2026, 11, 29, 12, 0, tzinfo=UTC)
LIFE = 900


class Identity:
    """What identity would answer, and since when it was asked."""

    def __init__(self) -> None:
        self.removed: dict[str, datetime] = {}
        self.asked: list[str | None] = []
        self.away = False
        self.seconds = 0.0

    def __call__(self, since: str | None) -> dict[str, Any]:
        self.asked.append(since)
        if self.away:
            raise Unavailable
        items = [
            {"client_id": name, "removed_at": format_instant(at)}
            for name, at in self.removed.items()
        ]
        return {"items": items, "token_seconds": LIFE}

    def list(self) -> RemovedClients:
        return RemovedClients(self, keep_seconds=5, monotonic=lambda: self.seconds)


def test_a_removed_client_is_known_after_five_seconds_at_the_latest() -> None:
    identity = Identity()
    known = identity.list()
    assert "cli_1" not in known
    identity.removed["cli_1"] = AT
    identity.seconds = 5
    assert "cli_1" not in known
    identity.seconds = 5.1
    assert "cli_1" in known
    assert "cli_2" not in known
    assert len(identity.asked) == 2


def test_only_what_is_new_is_asked_for() -> None:
    identity = Identity()
    identity.removed["cli_1"] = AT
    known = identity.list()
    assert "cli_1" in known
    identity.seconds, identity.removed = 6, {"cli_2": AT + timedelta(seconds=6)}
    assert "cli_2" in known
    assert "cli_1" in known
    assert identity.asked == [None, format_instant(AT - timedelta(seconds=30))]


def test_while_identity_is_away_the_list_stays() -> None:
    identity = Identity()
    identity.removed["cli_1"] = AT
    known = identity.list()
    assert "cli_1" in known
    identity.seconds, identity.away = 6, True
    assert "cli_1" in known
    assert "cli_2" not in known
    assert len(identity.asked) == 2


def test_who_has_no_token_left_is_forgotten() -> None:
    identity = Identity()
    identity.removed["cli_1"] = AT
    known = identity.list()
    assert "cli_1" in known
    identity.seconds, identity.removed = 6, {"cli_2": AT + timedelta(seconds=LIFE + 6)}
    assert "cli_2" in known
    assert "cli_1" not in known
