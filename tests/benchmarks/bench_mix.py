"""What 5 % timeouts, 5 % resets and 5 % 500s cost the endpoints in good order.

    python -m tests.benchmarks.bench_mix --endpoints 4000 --runs 5

The same customers in good order, with and without the bad ones beside them, in turns; the rate is
that of those in good order. The first change to bad ones, of whom nothing is known yet, is shown by
itself: they fill places until they have been found out.
"""

from __future__ import annotations

import argparse
import socket
import statistics
import sys
import tempfile
import threading
import time
from contextlib import ExitStack
from pathlib import Path

from deploy.mongod import start_replica_set
from services.notices.use_cases import Deps, intake
from tests.benchmarks.bench_notices import LIMIT_SECONDS, prepare, wait_until_loops_beat, workers
from tests.benchmarks.receiver import receiver
from tests.integration.notices.world import Ledger
from tests.mongod import free_ports

# The attempt limit is short, so that the run is; what a timeout costs is places, not time.
SHORT = {"ART28_ATTEMPT_SECONDS": "2", "ART28_LEASE_SECONDS": "20"}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--endpoints", type=int, default=4_000)
    parser.add_argument("--runs", type=int, default=5)
    wanted, _ = parser.parse_known_args()
    clean = rates(wanted.endpoints, wanted.runs, bad=False)
    first, *mixed = rates(wanted.endpoints, wanted.runs + 1, bad=True)
    cost = 1 - statistics.median(mixed) / statistics.median(clean[1:] or clean)
    print(f"  clean {describe(clean)}; mixed {describe(mixed)}; cost {cost:.0%}")
    print(f"  the first change, to bad ones nobody knows: {first:,.0f}/s")
    return 0


def rates(count: int, runs: int, *, bad: bool) -> list[float]:
    """Notices a second to those in good order, of whom there are as many either way."""
    good = count * 85 // 100
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="art28-bench-")))
        first = free_ports(2)
        mongod = start_replica_set(folder, first, cache_gb=1.0)
        stack.callback(mongod.stop)
        stack.enter_context(receiver(folder, first + 1))
        silent = stack.enter_context(black_hole())

        def path(number: int) -> str:
            kinds = (f"/hooks/{number}", f"http://127.0.0.1:{silent}/", "/resets", "/fails")
            return kinds[number % 20 if number % 20 < 4 and bad and number % 20 > 0 else 0]

        size = count if bad else good
        deps = prepare(mongod.url, size, f"http://127.0.0.1:{first + 1}", path)
        pids = stack.enter_context(workers(mongod.url, 1, **SHORT))
        wait_until_loops_beat(deps, 1 + len(pids))
        expected = sum(path(n).startswith("/hooks") for n in range(size))
        return [run(deps, Ledger(), turn, size, expected) for turn in range(runs)]


def run(deps: Deps, ledger: Ledger, turn: int, size: int, expected: int) -> float:
    ledger.heads["processor:org_vendor"] = turn
    began = time.monotonic()
    intake.receive(deps, [ledger.change(f"chg_{turn}", size)])
    due = {"due_at": {"$exists": True}}
    # Those in good order, and the bad ones that nobody knows yet, are in the first lane.
    first = {"lane": "first", **due}
    while deps.mongo.db["jobs"].find_one(due) or deps.mongo.db["deliveries"].find_one(first):
        if time.monotonic() - began > LIMIT_SECONDS:
            raise TimeoutError("those in good order were not told in time")
        time.sleep(0.05)
    return expected / (time.monotonic() - began)


class black_hole:  # noqa: N801  It reads as the thing it is.
    """A port that takes connections and never answers."""

    def __enter__(self) -> int:
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=1024)
        self._open: list[socket.socket] = []
        threading.Thread(target=self._take, daemon=True).start()
        return int(self._listener.getsockname()[1])

    def __exit__(self, *_: object) -> None:
        self._listener.close()

    def _take(self) -> None:
        while True:
            try:
                self._open.append(self._listener.accept()[0])
            except OSError:
                return
            del self._open[:-2_000]


def describe(rates: list[float]) -> str:
    middle = statistics.median(rates)
    return f"{middle:,.0f}/s (spread {(max(rates) - min(rates)) / middle:.0%})"


if __name__ == "__main__":
    sys.exit(main())
