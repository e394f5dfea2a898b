"""A write wakes the loops that wait for it; when the change stream breaks they know."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from structlog.testing import capture_logs

from shared import wakes as module
from shared.mongo import Mongo
from shared.wakes import Bell, Wakes
from tests.mongod import free_port

LIMIT = 10.0


class Listening:
    """Bells of one database, listened to on a thread."""

    def __init__(self, mongo: Mongo) -> None:
        self.mongo, self.stop = mongo, threading.Event()
        self.wakes = Wakes(mongo)
        self.jobs = self.wakes.bell("jobs")
        self.again = self.wakes.bell(rows={"updateDescription.updatedFields.state": "pending"})
        self.bells = (self.jobs, self.again)
        self.thread = threading.Thread(target=self.wakes.listen, args=(self.stop,), daemon=True)

    def start(self) -> None:
        self.thread.start()
        # The beginning of the stream rings all bells.
        assert self.jobs.rung.wait(LIMIT)
        assert self.again.rung.wait(LIMIT)
        self.clear()

    def clear(self) -> None:
        for bell in self.bells:
            bell.rung.clear()


@pytest.fixture
def listening(mongo: Mongo) -> Iterator[Listening]:
    listening = Listening(mongo)
    listening.start()
    yield listening
    listening.stop.set()
    mongo.db["jobs"].insert_one({"_id": "the end"})
    listening.thread.join(LIMIT)


def test_a_write_rings_the_bell_of_its_collection(listening: Listening) -> None:
    assert listening.jobs.is_reliable()
    listening.mongo.db["jobs"].insert_one({"_id": "job_1"})
    assert listening.jobs.rung.wait(LIMIT)
    assert not listening.again.rung.is_set()


def test_a_bell_with_a_condition_rings_for_nothing_else(listening: Listening) -> None:
    rows = listening.mongo.db["rows"]
    rows.insert_one({"_id": "dlv_1", "state": "failed"})
    rows.update_one({"_id": "dlv_1"}, {"$set": {"lane": "second"}})
    # What is told later has been told after it.
    listening.mongo.db["jobs"].insert_one({"_id": "job_1"})
    assert listening.jobs.rung.wait(LIMIT)
    assert not listening.again.rung.is_set()
    rows.update_one({"_id": "dlv_1"}, {"$set": {"state": "pending"}})
    assert listening.again.rung.wait(LIMIT)


def test_without_a_stream_bells_are_not_reliable_and_one_line_says_so(
    mongo: Mongo, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "REOPEN_SECONDS", 0.01)
    away = Mongo(type(mongo.client)("127.0.0.1", free_port(), serverSelectionTimeoutMS=20), "none")
    wakes, stop = Wakes(away), threading.Event()
    bell: Bell = wakes.bell("jobs")
    with capture_logs() as logs:
        thread = threading.Thread(target=wakes.listen, args=(stop,))
        thread.start()
        for _ in range(3):
            assert bell.rung.wait(LIMIT)
            bell.rung.clear()
        stop.set()
        thread.join(LIMIT)
    assert not bell.is_reliable()
    assert [line["event"] for line in logs] == ["wakes.stream_broken"]
