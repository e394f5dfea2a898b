"""Those the product is compared with: `wrk`, and a pipeline of Celery, Redis and `requests`."""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from deploy.parent_death import bound_to_parent
from tests.benchmarks.figures import say
from tests.benchmarks.processes import ending, wait_for_port, wait_until
from tests.benchmarks.receiver import Receiver

WORKERS = 4
WARM_UP_TASKS = 200
CONNECTIONS = 128
# As many bytes as the product sends beside the body.
_HEADERS = {
    "content-type": "application/json",
    "webhook-id": "msg_019aab7f6c00" + "0" * 24,
    "webhook-timestamp": "1795363200",
    "webhook-signature": "v1," + "A" * 43 + "=",
}

# Sends so many messages; messages a second.
Deliver = Callable[[int], float]


@dataclass(frozen=True)
class Peer:
    """A pipeline that runs. ``pid``: of the process that looks for work."""

    deliver: Deliver
    pid: int


def wrk(folder: Path, url: str, body: bytes, seconds: float, *, reuse: bool = True) -> float | None:
    """Requests a second of one thread over 128 connections; None when it is not installed.

    It checks no certificate. Without ``reuse`` each request has a connection and a handshake of its
    own: wrk keeps no TLS sessions, and the receiver offers none.
    """
    binary = shutil.which("wrk")
    if binary is None:
        say("  no wrk here: apt install wrk")
        return None
    headers = {**_HEADERS, **({} if reuse else {"connection": "close"})}
    lines = [f'wrk.headers["{name}"] = "{value}"' for name, value in headers.items()]
    script = folder / "post.lua"
    script.write_text("\n".join(['wrk.method = "POST"', *lines, f"wrk.body = {_lua(body)}"]))
    words = [binary, "-t1", f"-c{CONNECTIONS}", f"-d{seconds:.0f}s", "-s", str(script), url]
    said = subprocess.run(words, capture_output=True, text=True, check=True).stdout
    if "Non-2xx" in said or (found := re.search(r"Requests/sec:\s+([0-9.]+)", said)) is None:
        raise AssertionError(said)
    return float(found[1])


def _lua(body: bytes) -> str:
    return '"' + "".join(f"\\{byte:03}" for byte in body) + '"'


@contextmanager
def pipeline(folder: Path, port: int, receiver: Receiver, body: bytes) -> Iterator[Peer | None]:
    """Celery with four workers behind it, warm; None when it is not installed."""
    redis = shutil.which("redis-server")
    if redis is None or not all(map(importlib.util.find_spec, ("celery", "redis"))):
        say("  no Celery or no Redis here: pip install celery redis; apt install redis-server")
        yield None
        return
    os.environ["BENCH_REDIS"] = f"redis://127.0.0.1:{port}/0"
    server = (redis, "--port", str(port), "--save", "", "--dir", str(folder))
    peer = (sys.executable, "-m", "celery", "-A", "tests.benchmarks.celery_peer", "worker")
    options = ("-c", str(WORKERS), "--loglevel", "ERROR", "--without-gossip", "--without-mingle")
    with ExitStack() as stack:
        _quiet(stack, server)
        wait_for_port(port)
        worker = _quiet(stack, (*peer, *options))
        deliver = _deliver(receiver, body)
        deliver(WARM_UP_TASKS)
        yield Peer(deliver, worker)


def _quiet(stack: ExitStack, words: tuple[str, ...]) -> int:
    process = subprocess.Popen(
        bound_to_parent(words, os.getpid()), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    return stack.enter_context(ending(process)).pid


def _deliver(receiver: Receiver, body: bytes) -> Deliver:
    from tests.benchmarks.celery_peer import deliver

    def rate(tasks: int) -> float:
        before, begun = receiver.requests(), time.monotonic()
        for number in range(tasks):
            deliver.delay(f"{receiver.url}/hooks/{number}", f"msg_{number:040}", body.decode())
        why = "Celery did not come to its end"
        wait_until(lambda: receiver.requests() - before >= tasks, 120, why)
        return tasks / (time.monotonic() - begun)

    return rate
