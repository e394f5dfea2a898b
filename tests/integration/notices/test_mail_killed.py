"""`kill -9` between handing a mail over and storing that: one more copy, the same Message-ID."""

from __future__ import annotations

import base64
import os
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from shared.mongo import connect
from tests.clock import now
from tests.integration.notices.post import (
    PERSONS,
    Post,
    free_port,
    mail_settings,
    make_mail_world,
    posting,
)
from tests.integration.notices.world import Clock, Receiver

pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")

ROOT = Path(__file__).parents[3]


def start_worker(mongo_url: str, prefix: str, port: int) -> subprocess.Popen[bytes]:
    environ = {
        **os.environ,
        "ART28_MONGO_URL": mongo_url,
        "ART28_DB_PREFIX": prefix,
        "ART28_SERVICE_KEY": base64.b64encode(b"s" * 32).decode(),
        "ART28_SECRETS_KEY": base64.b64encode(b"k" * 32).decode(),
        "ART28_SMTP_URL": f"smtp://127.0.0.1:{port}",
        "ART28_MAIL_FROM": "notices@art28.example",
        "ART28_SMTP_SECONDS": "1",
    }
    words = [sys.executable, "-m", "deploy.worker", "notices.mail", "notices.escalation"]
    return subprocess.Popen(words, env=environ, cwd=ROOT)


@pytest.mark.slow
@pytest.mark.faults
def test_it_works(mongo_url: str, database_name: str, receiver: Receiver, post: Post) -> None:
    port, killed = free_port(), threading.Event()
    mongo = connect(mongo_url, f"{database_name}_notices")
    it = make_mail_world(mongo, receiver, post, mail_settings(port), Clock(now()))
    it.agreement("nordbo", 1, "email", contacts=PERSONS)
    it.announce("chg_1", 1)
    it.world.settle()

    with posting(post, port):
        worker = start_worker(mongo_url, database_name, port)

        def kill() -> None:
            """The server has the mail in full; the worker never hears so."""
            if not killed.is_set():
                worker.kill()
                killed.set()

        post.before_answer = kill
        until(killed.is_set)
        worker.wait(10)
        assert it.mails()[0]["state"] == "pending"
        second = start_worker(mongo_url, database_name, port)
        try:
            until(lambda: it.mails()[0]["state"] == "delivered")
        finally:
            second.terminate()
            assert second.wait(20) == 0

    assert [each.recipient for each in post.got] == [PERSONS[0]["email"]] * 2
    assert len({each.mail["Message-ID"] for each in post.got}) == 1
    assert len(it.mails()) == 1


@pytest.mark.slow
@pytest.mark.faults
def test_of_a_batch_only_the_one_in_the_air_is_sent_again(
    mongo_url: str, database_name: str, receiver: Receiver, post: Post
) -> None:
    port, killed = free_port(), threading.Event()
    mongo = connect(mongo_url, f"{database_name}_notices")
    it = make_mail_world(mongo, receiver, post, mail_settings(port), Clock(now()))
    for number in range(1, 5):
        it.agreement(f"c{number}", number, "email")
    it.announce("chg_1", 4)
    it.world.settle()

    with posting(post, port):
        worker = start_worker(mongo_url, database_name, port)

        def kill() -> None:
            if len(post.got) == 3 and not killed.is_set():
                worker.kill()
                killed.set()

        post.before_answer = kill
        until(killed.is_set)
        worker.wait(10)
        second = start_worker(mongo_url, database_name, port)
        try:
            until(lambda: {each["state"] for each in it.mails()} == {"delivered"})
        finally:
            second.terminate()
            assert second.wait(20) == 0

    copies = Counter(str(each.mail["Message-ID"]) for each in post.got)
    assert sorted(copies.values()) == [1, 1, 1, 2]
    assert copies[str(post.got[2].mail["Message-ID"])] == 2


def until(true: Callable[[], bool], limit: float = 60.0) -> None:
    end = time.monotonic() + limit
    while not true():
        assert time.monotonic() < end, "it did not come true in time"
        threading.Event().wait(0.05)
