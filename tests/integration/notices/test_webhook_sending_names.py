"""A name is resolved once per attempt, judged as a whole, and dialled at a judged address."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from services.notices.channels.webhook import Limits, Resolver, Sender
from shared.egress import Egress
from tests.hostile import answers
from tests.hostile.certificates import Authority
from tests.hostile.sending import LIMITS, LOOPBACK, SHORT, only, to
from tests.hostile.server import Receiver
from tests.sending import send_all

NAME = "hooks.good.example"


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("trusted"))


@pytest.fixture
def receiver(authority: Authority) -> Iterator[Receiver]:
    with Receiver(answers.status(200), tls=authority.server(NAME)) as made:
        yield made


@pytest.fixture
def limits(authority: Authority) -> Limits:
    return replace(LIMITS, ca_file=str(authority.file))


class Clock:
    """A monotonic clock that a test can move on."""

    def __init__(self) -> None:
        self.ahead = 0.0

    def __call__(self) -> float:
        return time.monotonic() + self.ahead


def egress_for(receiver: Receiver, allow: str = "127.0.0.0/8,::1") -> Egress:
    return replace(Egress.from_text(allow), ports=frozenset({receiver.port}))


def answering(*addresses: str) -> Callable[[str], list[str]]:
    return lambda _: list(addresses)


def test_it_works(receiver: Receiver, limits: Limits) -> None:
    resolver = Resolver(answering("127.0.0.1"))
    with Sender(egress_for(receiver), limits, resolver=resolver) as sender:
        outcome = only(send_all(sender, [to(receiver.url(host=NAME))]))
    assert (outcome.ok, outcome.address) == (True, "127.0.0.1")
    assert receiver.requests[0].headers["host"] == f"{NAME}:{receiver.port}"


@pytest.mark.parametrize(
    "addresses",
    [
        ("10.0.0.1",),
        ("127.0.0.1", "10.0.0.1"),  # 12: mixed answers, in both orders
        ("10.0.0.1", "127.0.0.1"),
        ("127.0.0.1", "fd00:ec2::254"),
        ("::ffff:127.0.0.1",),
        ("169.254.169.254",),
    ],
)
def test_one_bad_address_refuses_the_name(
    receiver: Receiver, limits: Limits, addresses: tuple[str, ...]
) -> None:
    resolver = Resolver(answering(*addresses))
    with Sender(egress_for(receiver), limits, resolver=resolver) as sender:
        outcome = only(send_all(sender, [to(receiver.url(host=NAME))]))
    assert outcome.code == "blocked_address"
    assert receiver.connections == 0


def broken(_: str) -> list[str]:
    raise OSError("SERVFAIL")


@pytest.mark.parametrize("lookup", [answering(), broken, answering("nonsense")])
def test_a_name_without_an_address_fails_and_may_be_tried_again(
    receiver: Receiver, limits: Limits, lookup: Callable[[str], list[str]]
) -> None:
    with Sender(egress_for(receiver), limits, resolver=Resolver(lookup)) as sender:
        assert only(send_all(sender, [to(receiver.url(host=NAME))])).code == "dns_failed"


def test_slow_names_end_within_their_limit_and_hold_up_nobody() -> None:
    released = threading.Event()

    def hanging(_: str) -> list[str]:
        released.wait(10)
        return ["127.0.0.1"]

    with (
        Receiver(answers.status(200)) as fast,
        Sender(LOOPBACK, SHORT, resolver=Resolver(hanging, threads=2)) as sender,
    ):
        for n in range(5):
            sender.submit(to(f"https://slow{n}.example/", f"slow{n}"))
        done = list(send_all(sender, [to(fast.url(), f"fast{n}") for n in range(20)]))
        released.set()
    assert [outcome.key[:4] for outcome in done] == ["fast"] * 20 + ["slow"] * 5
    assert {outcome.code for outcome in done[20:]} == {"dns_failed"}
    assert all(outcome.duration_ms < 1500 for outcome in done)


def test_a_name_is_looked_up_once_for_many_messages(receiver: Receiver, limits: Limits) -> None:
    asked: list[str] = []

    def lookup(host: str) -> list[str]:
        asked.append(host)
        return ["127.0.0.1"]

    with Sender(egress_for(receiver), limits, resolver=Resolver(lookup)) as sender:
        outcomes = list(send_all(sender, [to(receiver.url(host=NAME)) for _ in range(20)]))
    assert all(outcome.ok for outcome in outcomes)
    assert asked == [NAME]


def test_the_second_address_is_tried_once(receiver: Receiver, limits: Limits) -> None:
    for addresses, code in (
        (("127.0.0.9", "127.0.0.1"), None),
        (("127.0.0.8", "127.0.0.9", "127.0.0.1"), "connect_failed"),
        (("127.0.0.8", "127.0.0.9", "::1"), "connect_failed"),
    ):
        resolver = Resolver(answering(*addresses))
        with Sender(egress_for(receiver), limits, resolver=resolver) as sender:
            assert only(send_all(sender, [to(receiver.url(host=NAME))])).code == code


@pytest.mark.parametrize(
    ("moved_to", "code"), [("10.0.0.1", "blocked_address"), ("127.0.0.9", "connect_failed")]
)
def test_a_name_that_moves_takes_no_old_connection_with_it(
    receiver: Receiver, limits: Limits, moved_to: str, code: str
) -> None:
    clock, addresses = Clock(), ["127.0.0.1"]
    resolver = Resolver(lambda _: addresses, monotonic=clock)
    with Sender(egress_for(receiver), limits, resolver=resolver) as sender:
        message = to(receiver.url(host=NAME))
        assert only(send_all(sender, [message])).ok
        addresses[:] = [moved_to]
        assert only(send_all(sender, [message])).ok, "an answer is kept for a while"
        clock.ahead = 31
        assert only(send_all(sender, [message])).code == code
    assert receiver.connections == 1


def test_the_certificate_must_be_for_the_name_not_for_the_address(
    authority: Authority, limits: Limits
) -> None:
    with Receiver(answers.status(200), tls=authority.server("127.0.0.1")) as other:
        resolver = Resolver(answering("127.0.0.1"))
        with Sender(egress_for(other), limits, resolver=resolver) as sender:
            outcome = only(send_all(sender, [to(other.url(host=NAME))]))
    assert outcome.code == "tls_wrong_name"


def test_answers_are_kept_in_bounded_number() -> None:
    resolver = Resolver(answering("127.0.0.1"), most=10)
    for n in range(50):
        while resolver.ask(f"host{n}.example") is None:
            resolver.learn(1.0)
    assert len(resolver._known) == 10
    resolver.close()


def test_a_path_of_the_file_of_authorities_that_is_wrong_fails_closed(
    receiver: Receiver, tmp_path: Path
) -> None:
    limits = replace(LIMITS, ca_file=str(tmp_path / "absent.pem"))
    resolver = Resolver(answering("127.0.0.1"))
    with Sender(egress_for(receiver), limits, resolver=resolver) as sender:
        outcome = only(send_all(sender, [to(receiver.url(host=NAME))]))
    assert not outcome.ok
    assert receiver.requests == []
