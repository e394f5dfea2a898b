"""Loops say how they are: to Prometheus, and to whoever asks whether notices is ready."""

from __future__ import annotations

import signal
import threading
from datetime import timedelta

import pytest
import requests
from prometheus_client import REGISTRY
from prometheus_client.parser import text_string_to_metric_families

from services.notices import tasks
from services.notices.app import LOOPS, create_app
from shared.loops import Heartbeats, Loop, LoopStandsStill, run_one, standing_still
from shared.mongo import Mongo, connect
from tests.clock import now
from tests.integration.notices.asking import Door, Identity
from tests.integration.notices.test_worker_killed import start_worker, until
from tests.integration.notices.world import Clock, Receiver, World, make_world, settings
from tests.mongod import free_port


def test_it_works(mongo: Mongo) -> None:
    past = now() - timedelta(seconds=61)
    Heartbeats(mongo, lambda: past).beat("notices.fanout", "")
    Heartbeats(mongo, now).beat("notices.dispatcher", "")
    moments = iter([0.0, 61.0])
    check = standing_still(
        Heartbeats(mongo, now), ("notices.fanout",), monotonic=lambda: next(moments)
    )
    with pytest.raises(LoopStandsStill, match=r"notices\.fanout"):
        check()


def test_loops_that_never_ran_are_not_missed(mongo: Mongo) -> None:
    moments = iter([0.0, 1000.0])
    standing_still(Heartbeats(mongo, now), ("notices.fanout",), monotonic=lambda: next(moments))()


def test_loops_that_start_with_the_app_get_time_to_begin(mongo: Mongo) -> None:
    Heartbeats(mongo, lambda: now() - timedelta(days=1)).beat("notices.fanout", "")
    standing_still(Heartbeats(mongo, now), ("notices.fanout",))()


def test_a_loop_that_lives_in_one_of_two_processes_does_not_stand_still(mongo: Mongo) -> None:
    past = now() - timedelta(seconds=61)
    Heartbeats(mongo, lambda: past).beat("notices.fanout", "")
    Heartbeats(mongo, now).beat("notices.fanout", "")
    moments = iter([0.0, 61.0])
    standing_still(Heartbeats(mongo, now), ("notices.fanout",), monotonic=lambda: next(moments))()


def test_processes_that_live_are_counted_for_each_loop(mongo: Mongo) -> None:
    clock, name = Clock(), "notices.dispatcher"
    first, second = Heartbeats(mongo, clock), Heartbeats(mongo, clock)
    for each in (first, first, second):
        each.beat(name, "")
    first.beat("notices.fanout", "")
    assert (first.alive(name), first.alive("notices.fanout")) == (2, 1)
    clock.ahead += timedelta(seconds=31)
    second.beat(name, "")
    assert first.alive(name) == 1


def test_processes_that_are_long_gone_are_forgotten(mongo: Mongo) -> None:
    clock, name = Clock(), "notices.dispatcher"
    Heartbeats(mongo, clock).beat(name, "")
    clock.ahead += timedelta(days=2)
    Heartbeats(mongo, clock).beat(name, "")
    assert mongo.db["loops"].count_documents({}) == 1


def test_rounds_that_fail_are_counted_and_the_last_round_is_dated() -> None:
    stop, name = threading.Event(), "test.failing"

    def fail() -> bool:
        stop.set()
        raise LookupError

    began = now().timestamp()
    run_one(Loop(name, fail, 0.0), stop)
    assert value("art28_loop_failures_total", loop=name) == 1
    ended = now().timestamp() + 0.001  # Cut to milliseconds, unlike the metric.
    assert began <= value("art28_loop_last_round_timestamp_seconds", loop=name) <= ended


def test_notices_is_ready_without_loops(door: Door) -> None:
    assert door.app.test_client().get("/readyz").status_code == 200


@pytest.mark.slow
def test_a_worker_that_is_stopped_makes_notices_not_ready_until_it_goes_on(
    mongo_url: str, database_name: str
) -> None:
    chosen = settings(mongo_url, database_name)
    asking = create_app(chosen, Identity().transport(), still_after=5.0).test_client()
    worker = start_worker(mongo_url, database_name)
    try:
        beats = Heartbeats(connect(mongo_url, f"{database_name}_notices"), now)
        until(lambda: {"notices.fanout", "notices.dispatcher"} <= set(beats.ages()))
        assert asking.get("/readyz").status_code == 200

        worker.send_signal(signal.SIGSTOP)
        until(lambda: asking.get("/readyz").status_code == 503)
        assert asking.get("/readyz").get_json()["context"] == {"loops": "LoopStandsStill"}
        assert asking.get("/healthz").status_code == 200

        worker.send_signal(signal.SIGCONT)
        until(lambda: asking.get("/readyz").status_code == 200)
    finally:
        worker.kill()
        worker.wait(10)


def shown(port: int) -> dict[str, float]:
    """The samples a worker shows, by name and labels; none while it does not answer."""
    try:
        text = requests.get(f"http://127.0.0.1:{port}/metrics", timeout=5).text
    except requests.ConnectionError:
        return {}
    samples = (each for family in text_string_to_metric_families(text) for each in family.samples)
    return {" ".join((each.name, *each.labels.values())): each.value for each in samples}


@pytest.mark.slow
def test_a_worker_shows_what_its_loops_do(
    mongo_url: str, database_name: str, receiver: Receiver
) -> None:
    world = make_world(connect(mongo_url, f"{database_name}_notices"), receiver, Clock(now()))
    for number, name in enumerate(("good", "bad"), 1):
        world.customer(name, number)
    receiver.answers["/bad"] = lambda _: (500, {})
    world.tell(world.ledger.change("chg_1", 2))
    port = free_port()
    worker = start_worker(mongo_url, database_name, ART28_WORKER_METRICS_PORT=str(port))
    try:
        until(lambda: shown(port).get("art28_webhook_attempts_total http_500", 0) >= 1)
        found = shown(port)
    finally:
        worker.terminate()
        assert worker.wait(30) == 0
    assert found["art28_webhook_attempts_total delivered"] == 1
    assert found["art28_webhook_claim_size_sum"] >= 2
    assert found["art28_loop_failures_total notices.dispatcher"] == 0
    assert found["art28_loop_last_round_timestamp_seconds notices.fanout"] > 0
    assert {
        "art28_webhook_due_lag_seconds",
        "art28_webhook_in_flight",
        "art28_webhook_fence_losses_total",
        "art28_notices_oldest_undelivered_seconds",
    } <= set(found)


def test_the_loops_of_the_worker_are_those_that_readiness_watches(mongo_url: str) -> None:
    named = {each.name for each in tasks.loops(settings(mongo_url, "test_names"))}
    assert set(LOOPS) <= named


def value(name: str, **labels: str) -> float:
    return REGISTRY.get_sample_value(name, labels) or 0.0


def test_attempts_are_counted_by_their_outcome(world: World) -> None:
    names = ("nordbo", "lille")
    for number, name in enumerate(names, 1):
        world.customer(name, number)
    world.receiver.answers["/lille"] = lambda _: (500, {})
    world.tell(world.ledger.change("chg_1", 2))
    world.fan_out()
    before = {code: value("art28_webhook_attempts_total", outcome=code)
              for code in ("delivered", "http_500")}  # fmt: skip
    claims = value("art28_webhook_claim_size_count")
    world.deliver()
    for code, count in before.items():
        assert value("art28_webhook_attempts_total", outcome=code) == count + 1
    assert value("art28_webhook_claim_size_count") > claims
    assert value("art28_webhook_in_flight") == 0


def test_the_lag_and_the_oldest_message_are_shown(world: World) -> None:
    world.customer("nordbo", 1)
    world.tell(world.ledger.change("chg_1", 1))
    world.fan_out()
    world.clock.ahead += timedelta(seconds=90)
    world.dispatcher._show_lag()
    assert 85 < value("art28_webhook_due_lag_seconds") < 120
    tasks.make_retention(settings(), world.deps.stores, world.clock).run_once()
    assert 85 < value("art28_notices_oldest_undelivered_seconds") < 120
    world.deliver()
    tasks.make_retention(settings(), world.deps.stores, world.clock).run_once()
    assert value("art28_notices_oldest_undelivered_seconds") == 0
