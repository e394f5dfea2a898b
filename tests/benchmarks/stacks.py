"""The whole product in one process on a mongod of its own, and how long its requests take."""

from __future__ import annotations

import argparse
import base64
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import requests

from deploy.collector import tune_gc
from shared import logs
from tests.benchmarks.figures import Figure, percentile, say
from tests.mongod import free_ports
from tests.replica_set import start_replica_set
from tests.stack import Stack

WARM_UP = 5
Json = dict[str, Any]
Milliseconds = list[float]
Ask = Callable[[int], Any]  # Given the number of the round.


def measured(
    words: Sequence[str] | None,
    about: str | None,
    rounds: int,
    report: Callable[[Stack, int], list[Figure]],
) -> list[Figure]:
    """What ``report`` finds in so many rounds, or as many as ``words`` say."""
    parser = argparse.ArgumentParser(description=about)
    parser.add_argument("--rounds", type=int, default=rounds)
    rounds = parser.parse_args(words).rounds
    with tempfile.TemporaryDirectory(prefix="art28-bench-") as folder:
        mongod = start_replica_set(Path(folder), free_ports(1), cache_gb=0.5)
        try:
            # As the apps behind gunicorn log here: each line of a request costs more than a read.
            logs.configure("warning", "json")
            _head(rounds)
            stack = Stack(mongod.url, "bench")
            # And as they collect: else a search of the whole heap stands in the worst times.
            tune_gc()
            return report(stack, rounds)
        finally:
            mongod.stop()


def _head(rounds: int) -> None:
    say(f"{'what':<44}{'median':>9}{'p99':>9}{'worst':>9}   ms, {rounds} rounds")


def line(name: str, times: Milliseconds) -> float:
    ordered = sorted(times)
    p99 = percentile(ordered, 0.99)
    say(f"{name:<44}{statistics.median(ordered):>9.2f}{p99:>9.2f}{ordered[-1]:>9.2f}")
    return p99


@contextmanager
def served(stack: Stack) -> Iterator[str]:
    """The same databases behind gunicorn, all six apps in one process, as `make run` has them."""
    port = free_ports(1)
    origin = f"http://127.0.0.1:{port}"
    keys = {"ART28_SERVICE_KEY": stack.common.service_key,
            "ART28_SECRETS_KEY": stack.common.secrets_key}  # fmt: skip
    settings = {
        **os.environ, "ART28_ORIGIN": origin, "ART28_BIND": f"127.0.0.1:{port}",
        "ART28_MONGO_URL": stack.common.mongo_url, "ART28_DB_PREFIX": stack.common.db_prefix,
        "ART28_LOG_LEVEL": "warning",
        **{name: base64.b64encode(value).decode() for name, value in keys.items()},
    }  # fmt: skip
    command = ["gunicorn", "-c", "deploy/gunicorn.conf.py", "deploy.wsgi:application"]
    with subprocess.Popen([sys.executable, "-m", *command], env=settings) as process:
        try:
            _until_ready(f"{origin}/registry/readyz")
            yield origin
        finally:
            process.terminate()


def _until_ready(url: str) -> None:
    end = time.monotonic() + 60
    while time.monotonic() < end:
        try:
            if requests.get(url, timeout=2).ok:
                return
        except requests.RequestException:
            time.sleep(0.1)
    raise TimeoutError(url)


def in_turn(rounds: int, *asks: Ask) -> list[Milliseconds]:
    """The times of each, measured one after the other in every round."""
    for n in range(WARM_UP):
        for ask in asks:
            ask(n)
    times: list[Milliseconds] = [[] for _ in asks]
    for n in range(WARM_UP, WARM_UP + rounds):
        for ask, own in zip(asks, times, strict=True):
            own.append(once(ask, n))
    return times


def timed(rounds: int, ask: Ask) -> Milliseconds:
    return in_turn(rounds, ask)[0]


def once(ask: Ask, n: int) -> float:
    begun = time.perf_counter()
    ask(n)
    return (time.perf_counter() - begun) * 1000
