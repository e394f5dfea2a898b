"""Benchmarks of few endpoints run to their ends, and none overlooks a message sent twice."""

from __future__ import annotations

import http.client
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from select import select
from urllib.parse import urlsplit
from urllib.request import urlopen

import certifi
import pytest

from tests.benchmarks import bench_idle, bench_notices
from tests.benchmarks.customers import add_customers, at
from tests.benchmarks.product import bed, office, product
from tests.benchmarks.receiver import Receiver
from tests.benchmarks.silent import silent_host
from tests.benchmarks.tardy import tardy

pytestmark = pytest.mark.slow


class Plain(Receiver):
    """Not nginx, which `make test` does not ask for."""

    def requests(self) -> int:
        with urlopen(f"{self.url}/count", timeout=10) as answer:
            return int(answer.read())


class Doubling(Plain):
    """Counts every request twice, as it would if each message had been sent twice."""

    def requests(self) -> int:
        return 2 * super().requests()


@contextmanager
def plain(folder: Path, port: int) -> Iterator[Receiver]:
    with tardy(0) as at_once:
        yield Plain(at_once.url, 0, at_once.url, Path(certifi.where()), at_once.pid)


def test_it_works() -> None:
    figures = bench_idle.main(bench_idle.TINY)
    assert next(each.measured for each in figures if "keys" in each.name) == "0 and 0"


def test_a_change_is_told_to_all_and_a_message_sent_twice_is_an_error() -> None:
    with bed(plain) as place:
        house = office(place.url)
        add_customers(house.deps, range(60), at(place.receiver.url))
        with product(place, house) as running:
            run = bench_notices.measure(running, 60)
            assert run.count == 60
            assert run.first_ms <= 1000 * run.seconds

            doubling = replace(running, receiver=Doubling(**vars(place.receiver)))
            with pytest.raises(AssertionError, match="60 to tell, 120 requests came"):
                bench_notices.measure(doubling, 60)


def post(url: str) -> http.client.HTTPConnection:
    """A message that has been sent and not been answered."""
    connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=10)
    connection.request("POST", "/", b"{}")
    return connection


def test_a_tardy_receiver_counts_before_it_answers() -> None:
    with tardy(30) as late:
        held = post(late.url)
        assert late.requests() == 1
        held.close()


def test_a_silent_host_never_answers_and_lets_go() -> None:
    with silent_host() as host:
        held = post(host.url)
        assert held.sock is not None
        assert select([held.sock], [], [], 0.2) == ([], [], [])
        host.release()
        with pytest.raises((http.client.HTTPException, OSError)):
            held.getresponse()
        host.hold()
        post(host.url).close()
