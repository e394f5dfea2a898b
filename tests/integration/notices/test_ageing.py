"""Answers go before the proof, proof stays with its agreement, and the rest goes in small steps."""

from __future__ import annotations

import base64
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import fields, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from services.notices import tasks
from services.notices.retention import Retention
from services.notices.settings import Settings
from services.notices.store import Stores
from services.notices.use_cases import notices
from shared.ids import new_id
from shared.mongo import Mongo, connect
from shared.settings import SettingsError
from tests.clock import now
from tests.integration.notices.old import BODY, COLLECTIONS, counts, fill, finish, orphans
from tests.integration.notices.post import PERSONS, MailWorld
from tests.integration.notices.test_escalating import evidence_rows
from tests.integration.notices.world import World, settings

ROOT = Path(__file__).parents[3]


def upkeep(world: World, **more: Any) -> Retention:
    return tasks.make_retention(settings(**more), world.deps.stores, world.clock)


def answered(world: World) -> list[Any]:
    return [each["body"] for row in world.rows("deliveries") for each in row["attempts"]]


@pytest.fixture
def told(world: World) -> World:
    """A customer whose receiver answered a notice, with a text."""
    world.customer("nordbo", 1)
    world.tell(world.ledger.change("chg_1", 1))
    world.settle()
    world.mongo.db["deliveries"].update_many({}, {"$set": {"attempts.0.body": BODY}})
    return world


def test_it_works(told: World) -> None:
    """After 90 days the answer's text is gone, and every word of the proof is there."""
    told.clock.ahead += timedelta(days=89)
    finish(upkeep(told))
    assert answered(told) == [BODY]
    before = told.delivery_of("nordbo")["attempts"][0]
    told.clock.ahead += timedelta(days=2)
    finish(upkeep(told))

    after = told.delivery_of("nordbo")["attempts"][0]
    assert after == {**before, "body": None}
    assert after["status"] == 204


def test_the_setting_says_when(told: World) -> None:
    told.clock.ahead += timedelta(days=8)
    finish(upkeep(told, answer_days=7))
    assert answered(told) == [None]


@pytest.mark.parametrize("days", [{"answer_days": 0}, {"answer_days": 401}])
def test_answers_are_never_kept_longer_than_their_messages(days: dict[str, Any]) -> None:
    with pytest.raises(SettingsError, match="ART28_ANSWER_DAYS"):
        settings(**days)
    assert Settings.answer_days <= Settings.retention_days <= Settings.evidence_days


def test_what_was_answered_lately_stays_however_old_the_message(told: World) -> None:
    late = {**told.delivery_of("nordbo")["attempts"][0], "n": 2}
    told.clock.ahead += timedelta(days=100)
    late["at"] = told.clock() - timedelta(days=1)
    told.mongo.db["deliveries"].update_many({}, {"$push": {"attempts": late}})
    finish(upkeep(told))
    assert answered(told) == [None, BODY]


def test_events_and_jobs_go_with_the_last_message_of_theirs(told: World) -> None:
    told.tell(told.ledger.change("chg_1", 1, "withdrawn"))
    told.settle()
    assert len(told.rows("events")) == 3
    told.clock.ahead += timedelta(days=401)
    finish(upkeep(told))

    # The agreement's own message and event are gone; those of the change stay together.
    assert [each["type"] for each in told.rows("messages")] == ["sub_processor.change.announced"]
    assert {each["change_id"] for each in told.rows("events")} == {"chg_1"}
    assert len(told.rows("events")) == len(told.rows("jobs")) == 2

    told.tell(told.ledger.agreement("nordbo", 2, "terminated"))
    told.settle()
    told.clock.ahead += timedelta(days=1_826)
    finish(upkeep(told))
    left = ("messages", "deliveries", "events", "jobs", "recipients")
    assert {name: told.rows(name) for name in left} == {name: [] for name in left}


def test_what_the_evidence_needs_stays_as_long_as_its_agreement(by_mail: MailWorld) -> None:
    world = by_mail.world
    by_mail.agreement("nordbo", 1, "webhook", "email", contacts=PERSONS)
    world.endpoint("nordbo")
    by_mail.announce("chg_1", 1)
    by_mail.settle()
    by_mail.announce("chg_1", 1, kind="in_effect")
    by_mail.settle()
    before = evidence_rows(by_mail)
    assert len(before[0].attempts) == 2
    for _ in range(6):
        world.clock.ahead += timedelta(days=1_000)
        finish(upkeep(world))

    assert evidence_rows(by_mail) == before
    assert len(by_mail.mails()) == 1


def test_the_time_of_evidence_runs_from_the_end_of_the_agreement(by_mail: MailWorld) -> None:
    world = by_mail.world
    by_mail.agreement("nordbo", 1, "email", contacts=PERSONS)
    by_mail.announce("chg_1", 1)
    by_mail.settle()
    world.clock.ahead += timedelta(days=3_000)
    ended = world.ledger.agreement("nordbo", 2, "terminated")
    ended["at"] = f"{world.clock():%Y-%m-%dT%H:%M:%S.000Z}"
    world.tell(ended)
    world.clock.ahead += timedelta(days=1_824)
    finish(upkeep(world))
    assert len(evidence_rows(by_mail)) == 1
    world.clock.ahead += timedelta(days=2)
    finish(upkeep(world))

    assert world.rows("mails", change_id="chg_1") == []
    assert world.rows("messages", change_id="chg_1") == []


def test_an_agreement_that_never_began_holds_nothing_for_ever(world: World) -> None:
    fill(world.mongo, 3, world.clock(), agreement="agr_never")
    world.clock.ahead += timedelta(days=1_000)
    finish(upkeep(world))
    assert counts(world.mongo)["messages"] == 3
    world.clock.ahead += timedelta(days=1_000)
    finish(upkeep(world))
    assert not +counts(world.mongo)


def test_words_to_vendors_warnings_and_contacts_go_too(by_mail: MailWorld) -> None:
    world = by_mail.world
    by_mail.post.to_recipient = lambda *_: "550 no"
    by_mail.agreement("nordbo", 1, "email", contacts=PERSONS)
    notices.name_contacts(world.deps, "org_nordbo", PERSONS, 0)
    by_mail.announce("chg_1", 1)
    by_mail.settle()
    world.clock.ahead += timedelta(minutes=11)
    by_mail.settle()
    by_mail.outbox.enqueue("webhook.disabled", "org_nordbo", {}, key="whe_1:1")
    assert len(world.rows("mails", message_id=None)) == 2
    assert len(world.rows("digests")) == 1
    world.tell(world.ledger.agreement("nordbo", 2, "terminated"))
    world.clock.ahead += timedelta(days=401)
    finish(upkeep(world))
    assert world.rows("mails", message_id=None) == world.rows("digests") == []
    assert len(world.rows("notice_contacts")) == 1
    world.clock.ahead += timedelta(days=1_826)
    finish(upkeep(world))
    assert world.rows("notice_contacts") == world.rows("recipients") == []


def test_ten_thousand_go_in_bounded_steps_each_by_an_index(world: World) -> None:
    mongo, total, batch = world.mongo, 10_000, 500
    fill(mongo, total, world.clock() - timedelta(days=500), per_event=4)
    retention = upkeep(world)
    retention.batch = batch
    mongo.db.command("profile", 2)
    try:
        before, rounds = counts(mongo), 0
        while retention.run_once():
            after = counts(mongo)
            assert max((before - after).values(), default=0) <= batch
            before, rounds = after, rounds + 1
    finally:
        mongo.db.command("profile", 0)

    assert not +counts(mongo)
    assert rounds >= total // batch
    seen = list(mongo.db["system.profile"].find({"ns": {"$regex": "[.](?!system)"}}))
    assert {each["ns"].split(".", 1)[1] for each in seen} >= set(COLLECTIONS)
    assert not [each for each in seen if "COLLSCAN" in each.get("planSummary", "")]
    assert max(each.get("docsExamined", 0) for each in seen) <= batch


class Killed(BaseException):
    """As if the process had ended here."""


class Fuse:
    """Lets ``left`` writes through; the next one ends it, before or after it took effect."""

    def __init__(self, left: int, *, took_effect: bool) -> None:
        self.left, self.took_effect = left, took_effect

    def wrap(self, store: Any) -> Any:
        return _Mortal(store, self)

    def burn(self, write: Callable[..., Any], *args: Any) -> Any:
        self.left -= 1
        if self.left >= 0:
            return write(*args)
        if self.took_effect:
            write(*args)
        raise Killed


class _Mortal:
    def __init__(self, store: Any, fuse: Fuse) -> None:
        self._store, self._fuse = store, fuse

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._store, name)
        if not name.startswith(("remove", "drop")):
            return found
        return lambda *args: self._fuse.burn(found, *args)


@pytest.mark.parametrize("took_effect", [False, True])
def test_killed_at_any_write_nothing_is_lost_or_left(world: World, took_effect: bool) -> None:
    mongo = world.mongo
    world.tell(world.ledger.agreement("nordbo", 1))
    fill(mongo, 40, world.clock() - timedelta(days=500), per_event=4)
    fill(mongo, 8, world.clock() - timedelta(days=450), agreement="agr_nordbo", per_event=4)
    kept = {each["_id"] for each in mongo.db["messages"].find({"agreement_id": "agr_nordbo"})}
    for left in range(60):
        retention = upkeep(world)
        retention.batch = 10
        fuse = Fuse(left, took_effect=took_effect)
        stores = {each.name: getattr(retention.stores, each.name) for each in fields(Stores)}
        mortal = {name: fuse.wrap(store) for name, store in stores.items()}
        retention.stores = replace(retention.stores, **mortal)
        try:
            finish(retention)
            break
        except Killed:
            assert {each["_id"] for each in mongo.db["messages"].find()} >= kept
            assert orphans(mongo) == []
    else:
        raise AssertionError("it never got to the end")
    assert left > 3
    finish(upkeep(world))
    assert {each["_id"] for each in mongo.db["messages"].find({"type": "x"})} == kept
    assert mongo.db["events"].count_documents({"type": "x"}) == 2
    assert orphans(mongo) == []


@pytest.mark.slow
@pytest.mark.faults
def test_killed_for_good_the_next_process_ends_the_work(
    mongo_url: str, database_name: str, mongo: Mongo
) -> None:
    own = connect(mongo_url, f"{database_name}_notices")
    fill(own, 10_000, now() - timedelta(days=500), per_event=10)
    first = start_worker(mongo_url, database_name)
    until(lambda: counts(own)["messages"] < 9_000)
    first.kill()
    first.wait(10)
    left = counts(own)["messages"]
    assert 0 < left < 9_000
    assert [each for each in orphans(own) if each.startswith("dlv")] == []
    second = start_worker(mongo_url, database_name)
    try:
        until(lambda: not +counts(own))
    finally:
        second.terminate()
        assert second.wait(20) == 0
    own.client.drop_database(own.db.name)


def start_worker(mongo_url: str, prefix: str) -> subprocess.Popen[bytes]:
    key = base64.b64encode(new_id("k").encode().ljust(32)[:32]).decode()
    environ = {
        **os.environ,
        "ART28_MONGO_URL": mongo_url,
        "ART28_DB_PREFIX": prefix,
        "ART28_SERVICE_KEY": key,
        "ART28_SECRETS_KEY": key,
    }
    words = [sys.executable, "-m", "deploy.worker", "notices.retention"]
    return subprocess.Popen(words, env=environ, cwd=ROOT)


def until(true: Callable[[], bool], limit: float = 60.0) -> None:
    end = time.monotonic() + limit
    while not true():
        assert time.monotonic() < end, "it did not come true in time"
        threading.Event().wait(0.02)
