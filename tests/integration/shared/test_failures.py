"""Jobs that fail are counted, rest, are set aside, and hold nobody up."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from prometheus_client import REGISTRY
from pymongo.errors import AutoReconnect

from shared.errors import NotFound, Unavailable
from shared.failures import DIED, FailedJobs, Failures, Patience
from shared.mongo import Mongo

LOOP = "tests.loop"


class Rounds:
    """A loop over jobs, some of which fail, at a clock that moves."""

    def __init__(self, mongo: Mongo, **more: Any) -> None:
        self.at = datetime(2026, 11, 23, 12, tzinfo=UTC)
        self.faults: dict[str, Exception] = {}
        self.done: list[str] = []
        self.failures = Failures(mongo, LOOP, lambda: self.at, Patience(tries=3), **more)

    def run(self, *jobs: str) -> None:
        barred = self.failures.barred()
        self.failures.run([job for job in jobs if job not in barred], self.work)

    def work(self, job: str) -> None:
        if job in self.faults:
            raise self.faults[job]
        self.done.append(job)


@pytest.fixture
def rounds(mongo: Mongo) -> Rounds:
    mongo.ensure_indexes(FailedJobs.INDEXES)
    return Rounds(mongo)


def test_a_job_that_fails_does_not_hold_up_the_others(rounds: Rounds) -> None:
    rounds.faults["bad"] = ValueError("it cannot be read")

    rounds.run("bad", "good")

    assert rounds.done == ["good"]


def test_a_job_rests_longer_after_each_failure_and_is_set_aside(
    rounds: Rounds, mongo: Mongo
) -> None:
    rounds.faults["bad"] = ValueError("it cannot be read")
    pauses = []
    for _ in range(3):
        rounds.run("bad")
        [found] = FailedJobs(mongo).all()
        pauses.append(found.retry_at and found.retry_at - rounds.at)
        rounds.at = found.retry_at or rounds.at

    assert pauses == [timedelta(seconds=1), timedelta(seconds=2), None]
    assert (found.failures, found.error) == (3, "ValueError: it cannot be read")
    rounds.at += timedelta(days=400)
    assert rounds.failures.barred() == ["bad"]


def test_a_job_that_works_again_is_forgotten(rounds: Rounds, mongo: Mongo) -> None:
    rounds.faults["bad"] = ValueError()
    rounds.run("bad")
    rounds.faults.clear()
    rounds.at += timedelta(seconds=1)

    rounds.run("bad")

    assert rounds.done == ["bad"]
    assert list(FailedJobs(mongo).all()) == []


def test_what_is_set_aside_is_counted_and_can_be_revived(rounds: Rounds, mongo: Mongo) -> None:
    rounds.faults["bad"] = ValueError()
    for _ in range(3):
        rounds.run("bad")
        rounds.at += timedelta(minutes=5)
    rounds.failures.barred()
    assert REGISTRY.get_sample_value("art28_jobs_set_aside", {"loop": LOOP}) == 1
    rounds.faults.clear()

    assert FailedJobs(mongo, lambda: rounds.at).revive(LOOP, "bad") == 1
    rounds.run("bad")

    assert rounds.done == ["bad"]
    assert REGISTRY.get_sample_value("art28_jobs_set_aside", {"loop": LOOP}) == 0


@pytest.mark.parametrize("jobs", [["one"], ["one", "two"]])
def test_a_peer_that_is_away_for_all_is_no_fault_of_any_job(
    rounds: Rounds, mongo: Mongo, jobs: list[str]
) -> None:
    rounds.faults = {job: Unavailable() for job in jobs}

    with pytest.raises(Unavailable):
        rounds.run(*jobs)

    assert list(FailedJobs(mongo).all()) == []


def test_a_job_alone_in_meeting_a_peer_that_is_away_rests_but_is_not_set_aside(
    rounds: Rounds, mongo: Mongo
) -> None:
    rounds.faults = {"bad": Unavailable()}
    for _ in range(10):
        rounds.run("bad", "good")
        rounds.at += timedelta(minutes=5)

    [found] = FailedJobs(mongo).all()
    assert not found.is_set_aside


def test_a_database_that_is_away_ends_the_round_and_is_counted_for_nobody(
    rounds: Rounds, mongo: Mongo
) -> None:
    rounds.faults = {"bad": NotFound(), "cut": AutoReconnect()}

    with pytest.raises(AutoReconnect):
        rounds.run("bad", "cut", "good")

    assert list(FailedJobs(mongo).all()) == []


def test_a_job_that_takes_its_process_with_it_is_counted_too(mongo: Mongo) -> None:
    class KilledError(BaseException):
        """What no loop survives."""

    def die(_: str) -> None:
        raise KilledError

    rounds = Rounds(mongo, may_kill=True)
    for _ in range(3):
        rounds.failures.barred()
        with pytest.raises(KilledError):
            rounds.failures.run(["deadly"], die)
        rounds.at += timedelta(minutes=5)

    [found] = FailedJobs(mongo).all()
    assert (found.is_set_aside, found.error) == (True, DIED)
    assert rounds.failures.set_aside("deadly")


def test_jobs_of_a_sweep_come_again_when_they_have_rested(rounds: Rounds) -> None:
    rounds.failures.barred()
    rounds.failures.attempt("basis:a", lambda _: rounds.faults["missing"])
    rounds.failures.barred()
    assert rounds.failures.rested("basis:") == []

    rounds.at += timedelta(seconds=1)
    assert rounds.failures.rested("basis:") == ["basis:a"]
    assert rounds.failures.rested("other:") == []
