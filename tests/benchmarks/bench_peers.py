"""Notices a second beside `wrk` and beside Celery with Redis, on the same receiver, in one run.

    python -m tests.benchmarks.bench_peers --endpoints 10000 --runs 5

`wrk` posts the same body as fast as it can and stores nothing; the Celery pipeline signs each
message, posts it with `requests` and forgets it. What is not installed (Debian: wrk, nginx-light,
redis-server; Python: the group `bench`) is said and left out. Only the ratios mean anything.
"""

from __future__ import annotations

import argparse
import importlib.util
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from deploy.mongod import accepts, start_replica_set
from tests.benchmarks.bench_notices import measure, prepare, workers
from tests.benchmarks.receiver import receiver
from tests.integration.notices.world import Ledger
from tests.mongod import free_ports

TASKS = 1_500
BODY = '{"type":"sub_processor.change.announced","data":"' + "x" * 1_100 + '"}'


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--endpoints", type=int, default=10_000)
    parser.add_argument("--runs", type=int, default=5)
    wanted, _ = parser.parse_known_args()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="art28-bench-")))
        first = free_ports(3)
        mongod = start_replica_set(folder, first, cache_gb=1.0)
        stack.callback(mongod.stop)
        stack.enter_context(receiver(folder, first + 1))
        target = f"http://127.0.0.1:{first + 1}"
        deps = prepare(mongod.url, wanted.endpoints, target)
        pids = stack.enter_context(workers(mongod.url, 1))
        celery = stack.enter_context(pipeline(folder, first + 2))
        ledger = Ledger()
        turns = []
        for turn in range(wanted.runs):
            ours = measure(deps, ledger, turn, wanted.endpoints, pids).rate
            turns.append((ours, wrk(folder, target), celery_rate(celery, target)))
    report(turns)
    return 0


def wrk(folder: Path, target: str) -> float | None:
    binary = shutil.which("wrk")
    if binary is None:
        return None
    script = folder / "post.lua"
    head = 'wrk.method = "POST"\nwrk.headers["content-type"] = "application/json"\n'
    script.write_text(f"{head}wrk.body = [[{BODY}]]\n")
    words = [binary, "-t1", "-c128", "-d3", "-s", str(script), target]
    said = subprocess.run(words, capture_output=True, text=True, check=True).stdout
    found = re.search(r"Requests/sec:\s+([0-9.]+)", said)
    return float(found[1]) if found else None


@contextmanager
def pipeline(folder: Path, port: int) -> Iterator[Any]:
    """The Celery application with four workers behind it, or None when it is not installed."""
    redis = shutil.which("redis-server")
    if redis is None or not all(map(importlib.util.find_spec, ("celery", "redis"))):
        print("  no Celery or no Redis here: pip install celery redis; apt install redis-server")
        yield None
        return
    os.environ["BENCH_REDIS"] = f"redis://127.0.0.1:{port}/0"
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    server = subprocess.Popen(
        [redis, "--port", str(port), "--save", "", "--dir", str(folder)], **quiet
    )
    while not accepts(port):
        time.sleep(0.05)
    words = [
        "celery",
        "-A",
        "tests.benchmarks.celery_peer",
        "worker",
        "-c",
        "4",
        "--loglevel",
        "ERROR",
    ]
    worker = subprocess.Popen([sys.executable, "-m", *words], **quiet)
    try:
        from tests.benchmarks import celery_peer

        yield celery_peer
    finally:
        for each in (worker, server):
            each.terminate()
            each.wait(20)


def celery_rate(peer: Any, target: str) -> float | None:
    if peer is None:
        return None
    done = peer.app.backend_counter
    done.set("done", 0)
    began = time.monotonic()
    for number in range(TASKS):
        peer.deliver.delay(f"{target}/hooks/{number}", f"msg_{number}", BODY)
    while int(done.get("done")) < TASKS:
        if time.monotonic() - began > 120:
            raise TimeoutError("Celery did not come to its end")
        time.sleep(0.02)
    return TASKS / (time.monotonic() - began)


def report(turns: list[tuple[float, float | None, float | None]]) -> None:
    for name, place in (("wrk", 1), ("Celery", 2)):
        ratios = [turn[0] / turn[place] for turn in turns if turn[place]]
        if not ratios:
            print(f"  {name}: not installed, not compared")
            continue
        theirs = statistics.median(turn[place] for turn in turns)
        middle = statistics.median(ratios)
        spread = (max(ratios) - min(ratios)) / middle
        print(f"  {name}: {theirs:,.0f}/s; ratio {middle:.2f} of it, spread {spread:.0%}")


if __name__ == "__main__":
    sys.exit(main())
