"""Many messages at once: each ends by itself, none is lost, none holds up another."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from services.notices.channels.webhook import Outgoing, Sender
from tests.hostile import answers
from tests.hostile.sending import BODY, LIMITS, LOOPBACK, only, to
from tests.hostile.server import Receiver, Request, Visit
from tests.sending import send_all


@pytest.fixture
def sender() -> Iterator[Sender]:
    with Sender(LOOPBACK, LIMITS) as made:
        yield made


def test_a_slow_receiver_holds_up_nobody() -> None:
    limits = replace(LIMITS, total_s=2.0)
    with (
        Receiver(answers.hang) as slow,
        Receiver(answers.status(200)) as fast,
        Sender(LOOPBACK, limits) as sender,
    ):
        for n in range(5):
            sender.submit(to(slow.url(), f"slow{n}"))
        began = time.monotonic()
        done = list(send_all(sender, [to(fast.url(), f"fast{n}") for n in range(100)]))
        assert [outcome.key[:4] for outcome in done] == ["fast"] * 100 + ["slow"] * 5
        assert time.monotonic() - began < limits.total_s + 1.0


def test_every_message_ends_as_exactly_one_outcome() -> None:
    with (
        Receiver(answers.status(200)) as good,
        Receiver(answers.reset_in_headers) as bad,
        Sender(LOOPBACK, replace(LIMITS, in_flight=8)) as sender,
    ):
        urls = [good.url(), bad.url(), "nonsense"]
        messages = [to(urls[n % 3], f"dlv_{n}") for n in range(150)]
        outcomes = list(send_all(sender, messages))
    assert sorted(o.key for o in outcomes) == sorted(m.key for m in messages)
    assert {o.code for o in outcomes} == {None, "connection_reset", "invalid_url"}


def test_no_more_than_the_limit_is_taken() -> None:
    with (
        Receiver(answers.status(200)) as receiver,
        Sender(LOOPBACK, replace(LIMITS, in_flight=2)) as sender,
    ):
        sender.submit(to(receiver.url(), "a"))
        sender.submit(to("nonsense", "b"))
        assert (sender.free, sender.in_flight) == (0, 2)
        with pytest.raises(RuntimeError, match="full"):
            sender.submit(to(receiver.url(), "c"))
        taken = sender.finished(1.0) + sender.finished(1.0)
        assert {outcome.key for outcome in taken} == {"a", "b"}
        assert sender.free == 2


def test_with_nothing_in_flight_nobody_waits(sender: Sender) -> None:
    began = time.monotonic()
    assert sender.finished(5.0) == []
    assert time.monotonic() - began < 1


class Watched(Sender):
    looks = 0

    def _advance(self) -> None:
        self.looks += 1
        super()._advance()


def test_answers_that_come_one_by_one_are_taken_together() -> None:
    def one_by_one(visit: Visit, request: Request) -> object:
        visit.stopping.wait(0.1 + visit.number * 0.003)
        return answers.status(200)(visit, request)

    with Receiver(one_by_one) as receiver, Watched(LOOPBACK, LIMITS) as sender:
        outcomes = list(send_all(sender, [to(receiver.url(), f"dlv_{n}") for n in range(200)]))
        assert [outcome.ok for outcome in outcomes] == [True] * 200
        assert sender.looks < 200, "each look asks for every answer that is still to come"


def away() -> None:
    """Nobody looks for longer than an attempt may take; libcurl has a clock of its own, so that
    this time must really pass."""
    threading.Event().wait(1.6)


def test_an_answer_that_came_in_time_counts_though_nobody_was_looking() -> None:
    asked, may_answer = threading.Event(), threading.Event()

    def when_told(visit: Visit, request: Request) -> object:
        asked.set()
        may_answer.wait(10)
        return answers.status(200)(visit, request)

    with (
        Receiver(when_told) as receiver,
        Sender(LOOPBACK, replace(LIMITS, total_s=1.0, connect_s=1.0)) as sender,
    ):
        sender.submit(to(receiver.url())._replace(soft_limit_s=0.5))
        while not asked.is_set():
            assert sender.finished(0.01) == []
        may_answer.set()
        away()
        sender.cut_short(1)
        assert [outcome.code for outcome in sender.finished(1.0)] == [None]
        # The time that nobody looked is not given to the next attempt, too.
        may_answer.clear()
        sender.submit(to(receiver.url()))
        assert [outcome.code for outcome in sender.finished(1.4)] == ["timeout"]
        may_answer.set()


def test_who_is_silent_is_given_up_although_nobody_was_looking() -> None:
    with (
        Receiver(answers.hang) as receiver,
        Sender(LOOPBACK, replace(LIMITS, total_s=1.0)) as sender,
    ):
        sender.submit(to(receiver.url()))
        sender.finished(0.2)
        away()
        assert [outcome.code for outcome in sender.finished(1.5)] == ["timeout"]


def test_who_does_not_wait_is_not_made_to(sender: Sender) -> None:
    with Receiver(answers.hang) as slow:
        sender.submit(to(slow.url()))
        sender.finished(0.1)
        began = time.monotonic()
        for _ in range(100):
            assert sender.finished() == []
        assert time.monotonic() - began < 0.2


def test_waiting_costs_no_processor_time(sender: Sender) -> None:
    with Receiver(answers.hang) as slow:
        sender.submit(to(slow.url()))
        began = time.thread_time()
        sender.finished(0.5)
        assert time.thread_time() - began < 0.1


@pytest.mark.parametrize(
    "headers",
    [
        {"webhook-id": "a\r\nHost: evil"},
        {"a\nb": "c"},
        {"x": "\0"},
        {"Host": "evil"},
        {"content-length": "5"},
        {"Transfer-Encoding": "chunked"},
        {"x": "æ"},
    ],
)
def test_headers_that_would_change_the_request_are_not_sent(
    sender: Sender, headers: dict[str, str]
) -> None:
    with Receiver(answers.status(200)) as receiver:
        outcome = only(send_all(sender, [Outgoing("k", receiver.url(), headers, BODY)]))
        assert (outcome.ok, outcome.code) == (False, "invalid_request")
        assert receiver.connections == 0


def test_descriptors_stay_flat_whatever_happens() -> None:
    with (
        Receiver(answers.status(200)) as good,
        Receiver(answers.reset_in_headers) as bad,
        Receiver(answers.endless_body) as endless,
        Sender(LOOPBACK, replace(LIMITS, in_flight=8)) as sender,
    ):
        urls = [good.url(), bad.url(), endless.url()]
        before, counts = open_descriptors(), []
        for _ in range(4):
            list(send_all(sender, [to(urls[n % 3]) for n in range(60)]))
            counts.append(open_descriptors())
        # Both ends of each connection live in this process.
        assert max(counts) <= before + 4 * 8, counts


def open_descriptors() -> int:
    return sum(1 for _ in Path("/proc/self/fd").iterdir())


def test_of_attempts_past_their_patience_the_oldest_end_first() -> None:
    """Only so many as are asked for, and never one that has the whole time limit."""
    with (
        Receiver(answers.hang) as silent,
        Sender(LOOPBACK, replace(LIMITS, total_s=10.0)) as sender,
    ):
        sender.submit(to(silent.url(), "whole limit"))
        for number in range(3):
            sender.submit(to(silent.url(), f"hasty{number}")._replace(soft_limit_s=0.05))
        sender.cut_short(3)
        assert sender.finished() == [], "none has had its patience yet"
        sender.finished(0.1)
        sender.cut_short(2)
        cut = sender.finished(0.1)
        assert [(each.key, each.code) for each in cut] == [
            ("hasty0", "cut_short"),
            ("hasty1", "cut_short"),
        ]
        assert all(each.duration_ms >= 50 for each in cut)
        assert sender.in_flight == 2
