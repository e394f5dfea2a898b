"""What a running instance costs while nothing happens, and how soon the first webhook follows.

    python -m tests.benchmarks.bench_resting [--seconds 60] [--announcements 10]

The embedded profile with its sample data, and beside it a bare mongod of the same kind: the cores'
time of each is read from /proc. Then changes are announced one by one, each after a rest.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from collections.abc import Sequence
from datetime import timedelta
from functools import partial
from pathlib import Path

from tests.benchmarks.figures import Figure, bounds_of, say, show
from tests.benchmarks.machine import Pids, cpu
from tests.benchmarks.product import database
from tests.e2e.job import Job, announced
from tests.e2e.running import Running, running
from tests.e2e.story import REGISTER, draft
from tests.integration.deploy.profiles import processes_of
from tests.receiver import receiving

MINUTES = 2.5
TINY = ("--seconds", "2", "--announcements", "1", "--settle", "1")
FULL = ("--seconds", "600", "--announcements", "30")
GOAL_PERCENT = 1.5
GOAL_MS = 1_000.0
REST_SECONDS = 2.0
BARE = "bare mongod"


def main(words: Sequence[str] | None = None) -> list[Figure]:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--announcements", type=int, default=10)
    parser.add_argument("--settle", type=float, default=20.0)
    wanted = parser.parse_args(words)
    with (
        tempfile.TemporaryDirectory(prefix="art28-bench-") as folder,
        running("embedded", Path(folder) / "var") as profile,
        receiving() as receiver,
        database() as (_, mongod),
    ):
        # What is started warms up, and the sample data are sent, before anything is measured.
        time.sleep(wanted.settle)
        groups = {**groups_of(profile), BARE: [mongod.processes[0].pid]}
        shares = idle_shares(groups, wanted.seconds)
        waits = first_webhooks(announced(profile, receiver), wanted.announcements)
    return _figures(shares, waits, wanted.seconds)


def groups_of(profile: Running) -> Pids:
    """The processes of a profile by what they are: workers, mongod, web, and the rest."""
    groups: dict[str, list[int]] = {"workers": [], "mongod": [], "web and edge": []}
    for pid, words in processes_of(profile.var).items():
        if "mongod" in words:
            groups["mongod"].append(pid)
        elif "worker" in words.partition(":")[0] or "deploy.worker" in words:
            groups["workers"].append(pid)
        else:
            groups["web and edge"].append(pid)
        say(f"  {pid} {words[:100]}")
    return groups


def idle_shares(groups: Pids, seconds: float) -> dict[str, float]:
    """Percent of one core that each group uses while nothing happens."""
    before, began = cpu(groups), time.monotonic()
    time.sleep(seconds)
    used, lasted = cpu(groups).since(before), time.monotonic() - began
    return {name: 100 * busy / lasted for name, busy in used.of.items()}


def first_webhooks(job: Job, count: int) -> list[float]:
    """Milliseconds from the answer of ``announce`` to the first webhook, for each announcement."""
    waits = [1000 * (job.receiver.requests[0].at - job.answered_at)]
    for number in range(1, count):
        time.sleep(REST_SECONDS)
        body = draft(job.today, in_days=60 + number)
        body["sub_processor"]["legal_name"] = f"Northwind Mail {number}"
        drafted = job.vendor.must("POST", f"{REGISTER}/changes", json=body)
        seen = len(job.receiver.requests)
        job.vendor.must("POST", f"{REGISTER}/changes/{drafted['id']}/announce")
        answered_at = time.monotonic()
        job.receiver.wait(partial(has_come, job.receiver.requests, seen))
        waits.append(1000 * (job.receiver.requests[seen].at - answered_at))
    return waits


def has_come(requests: Sequence[object], seen: int) -> bool:
    return len(requests) > seen


def _figures(shares: dict[str, float], waits: Sequence[float], seconds: float) -> list[Figure]:
    both = shares["workers"] + shares["mongod"]
    middle, spread = statistics.median(waits), bounds_of(waits, " ms")
    lasted = str(timedelta(seconds=round(seconds)))
    return [
        Figure("idle: workers and mongod", f"{both:.2f} % of a core", f"< {GOAL_PERCENT} %",
               lasted, both < GOAL_PERCENT),
        *(Figure(f"  {name}", f"{share:.2f} % of a core") for name, share in shares.items()),
        Figure("first webhook after announcing", f"p50 {middle:.0f} ms", f"< {GOAL_MS:.0f} ms",
               spread, middle < GOAL_MS),
    ]  # fmt: skip


if __name__ == "__main__":
    show(main)
