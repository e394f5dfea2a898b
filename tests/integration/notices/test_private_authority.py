"""Webhooks to test systems whose certificates come from an authority of the customer's own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from services.notices.settings import Settings
from shared.mongo import Mongo
from shared.settings import SettingsError
from tests.hostile import answers
from tests.hostile.certificates import Authority
from tests.hostile.server import Receiver
from tests.integration.notices.world import Receiver as PlainReceiver
from tests.integration.notices.world import World, make_world
from tests.integration.notices.world import settings as settings_with


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority(tmp_path)


@pytest.fixture
def private(authority: Authority) -> Iterator[Receiver]:
    with Receiver(answers.status(204), tls=authority.server("127.0.0.1")) as receiver:
        yield receiver


def attempt_at(private: Receiver, world: World) -> dict[str, Any]:
    world.tell(world.ledger.agreement("nordbo", 1))
    world.fan_out()
    world.endpoint("nordbo", url=private.url())
    world.tell(world.ledger.change("chg_1", 1))
    world.settle()
    attempt: dict[str, Any]
    (attempt,) = world.delivery_of("nordbo")["attempts"]
    return attempt


def test_it_works(
    private: Receiver, authority: Authority, mongo: Mongo, receiver: PlainReceiver
) -> None:
    world = make_world(mongo, receiver, ca_file=authority.file)
    assert attempt_at(private, world)["status"] == 204


def test_without_the_setting_only_the_public_ones_are_trusted(
    private: Receiver, world: World
) -> None:
    assert attempt_at(private, world)["code"] == "tls_untrusted"


def test_the_setting_names_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    named = tmp_path / "ours.pem"
    named.touch()
    for name in ("ART28_SERVICE_KEY", "ART28_SECRETS_KEY"):
        monkeypatch.setenv(name, "a2tra2tra2tra2tra2tra2tra2tra2tra2tra2tra2s=")
    monkeypatch.setenv("ART28_CA_FILE", str(named))
    assert Settings.from_env().ca_file == named


def test_a_file_that_cannot_be_read_stops_the_start(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="ART28_CA_FILE"):
        settings_with(ca_file=tmp_path / "absent.pem")
