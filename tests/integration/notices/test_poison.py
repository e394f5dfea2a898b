"""One job of each loop of notices that fails for ever holds up nobody, and is shown."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from services.notices.fan_out import loop
from services.notices.fan_out.messages import draft
from services.notices.mail import maildir as mailbox
from services.notices.tasks import make_retention
from services.notices.use_cases import deliveries
from shared.failures import FailedJobs, Failures
from shared.mongo import Mongo
from tests.integration.notices.world import World
from tests.stack import until_rest


def set_aside(mongo: Mongo) -> list[str]:
    return [each.job for each in FailedJobs(mongo).all() if each.is_set_aside]


def long_enough(world: World, rounds: Callable[[], object]) -> None:
    """Until whatever fails each time has been set aside."""
    for _ in range(14):
        rounds()
        world.clock.ahead += timedelta(minutes=6)


def test_an_event_that_cannot_be_told_is_set_aside_and_the_next_is_told(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.customer("nordbo", 1)
    world.tell(world.ledger.change("chg_bad", 1), world.ledger.change("chg_good", 1))

    def fail(job: Any, event: Any, *more: Any) -> Any:
        if event.change_id == "chg_bad":
            raise KeyError("effective_on")
        return draft(job, event, *more)

    monkeypatch.setattr(loop, "draft", fail)
    long_enough(world, world.fan_out)

    told = {each["change_id"] for each in world.rows("messages")}
    assert ("chg_bad" in told, "chg_good" in told) == (False, True)
    # Nor does it hold back what a customer reads by itself.
    pulled = deliveries.pull(world.deps, "org_nordbo", None, 10).items
    assert "chg_good" in {each["data"].get("change_id") for each in pulled}

    [job] = set_aside(world.mongo)
    monkeypatch.undo()
    FailedJobs(world.mongo, world.clock).revive("notices.fanout", job)
    world.fan_out()
    assert "chg_bad" in {each["change_id"] for each in world.rows("messages")}


def test_a_report_that_cannot_be_read_holds_up_no_other(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "new").mkdir()
    for name in ("1", "2"):
        (tmp_path / "new" / name).write_text(name)
    monkeypatch.setattr(mailbox, "reports", lambda content: [] if content == b"2" else 1 / 0)
    failures = Failures(world.mongo, "notices.mail.bounces", world.clock)
    maildir = mailbox.Maildir(str(tmp_path), len, failures, world.clock)

    long_enough(world, maildir.run_once)

    assert [each.name for each in (tmp_path / "new").iterdir()] == ["1"]
    assert set_aside(world.mongo) == ["1"]


def test_a_sweep_that_fails_leaves_its_turn_to_the_next(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    retention = make_retention(world.deps.settings, world.deps.stores, world.clock)
    swept = list[str]()
    monkeypatch.setattr(
        retention, "_steps", lambda: [("bad", lambda: bool(1 / 0)), ("good", lambda: note(swept))]
    )

    until_rest(retention.run_once)

    assert swept == ["good"]
    assert [each.job for each in FailedJobs(world.mongo).all()] == ["bad"]


def note(swept: list[str]) -> bool:
    swept.append("good")
    return False
