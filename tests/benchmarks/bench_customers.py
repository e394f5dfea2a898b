"""Onboarding: customers with agreements in one file, until each row is settled.

    python -m tests.benchmarks.bench_customers [--customers 300]

The embedded profile runs as users start it, each process and loop of it. The file is sent as CSV
through the edge, and its report is asked for every quarter of a second until it is done. Memory is
that of the hungriest process but `mongod`: all are forks, and share what was imported before.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import requests

from tests.benchmarks.figures import Figure, say, show
from tests.benchmarks.machine import descendants, peak_mib
from tests.e2e.running import Client, Running, running
from tests.integration.identity.bringing import ELSEWHERE, as_csv

GOAL_CUSTOMERS, GOAL_SECONDS = 300, 60.0
MOST_SECONDS = 3_600.0
TELL_EVERY = 1_000
VENDOR = "tempus-serva"
PATH = "/identity/v1/customers"
MINUTES = 2.0
TINY = ("--customers", "3")
FULL = ("--customers", "10000")


def main(words: Sequence[str] | None = None) -> list[Figure]:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--customers", type=int, default=GOAL_CUSTOMERS)
    count = parser.parse_args(words).customers
    with (
        tempfile.TemporaryDirectory(prefix="art28-bench-") as folder,
        running("embedded", Path(folder)) as profile,
    ):
        return [measured(bringing(profile), count), memory(profile, count)]


def memory(profile: Running, count: int) -> Figure:
    most = max(map(peak_mib, descendants(profile.process.pid, but="mongod")))
    return Figure(f"{count} customers in one file: memory of a process", f"{most:.0f} MiB")


def bringing(profile: Running) -> Client:
    """A client of the vendor that may bring customers; that of the sample may not."""
    told = {"org_id": profile.client(VENDOR).org_id, "name": "bringing",
            "scopes": ["identity:read", "identity:write"]}  # fmt: skip
    made = profile.client("platform").must("POST", "/identity/v1/clients", json=told)
    return Client(profile.origin, {**made, "org_slug": VENDOR})


def measured(vendor: Client, count: int) -> Figure:
    body = as_csv(*(customer(number) for number in range(count)))
    begun = time.monotonic()
    headers = {"Content-Type": "text/csv"}
    job = vendor.must("POST", f"{PATH}/import", data=body, headers=headers)
    answered = time.monotonic() - begun
    report = until_done(vendor, job["id"], begun)
    took = time.monotonic() - begun
    say(
        f"{count} customers, {len(body) / 1024:.0f} KiB: answer {answered:.1f} s, done {took:.1f} s"
    )
    assert report["added"] == count, report
    goal = GOAL_SECONDS * count / GOAL_CUSTOMERS
    return Figure(
        f"{count} customers in one file", f"{took:.1f} s", f"< {goal:.0f} s",
        f"{count / took:.0f} a second", took < goal,
    )  # fmt: skip


def until_done(vendor: Client, import_id: str, begun: float) -> Any:
    next_told = TELL_EVERY
    while time.monotonic() - begun < MOST_SECONDS:
        # On a machine that does much else an answer may be late.
        with suppress(requests.Timeout):
            report = vendor.must("GET", f"{PATH}/imports/{import_id}")
            if report["status"] in ("done", "failed", "waiting"):
                return report
            if report["rows_done"] >= next_told:
                next_told = report["rows_done"] + TELL_EVERY
                say(f"  {report['rows_done']:,} rows after {time.monotonic() - begun:.0f} s")
        time.sleep(0.25)
    raise TimeoutError(f"The import was not done after {MOST_SECONDS:.0f} s.")


def customer(number: int) -> dict[str, str]:
    return {
        **ELSEWHERE, "Company": f"Customer {number} A/S", "CVR-nr.": f"{10_000_000 + number}",
        "E-mail": f"dpo@customer-{number}.example", "Reference": f"DPA-{number}",
    }  # fmt: skip


if __name__ == "__main__":
    show(main)
