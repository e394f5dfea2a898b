"""One announced change to many endpoints, from its intake to the last stored attempt.

    python -m tests.benchmarks.bench_notices --endpoints 10000 --runs 3 [--dispatchers 1]

It starts a mongod, a receiver, and the fan-out and dispatcher loops as the product runs them,
measures each run, and prints notices per second, the latency of the first webhook, and the memory
of the dispatchers. Use the ratios: everything shares one machine.
"""

from __future__ import annotations

import argparse
import base64
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from deploy.mongod import start_replica_set
from services.notices.app import make_deps
from services.notices.model.endpoints import Endpoint, Secret
from services.notices.model.recipients import Recipient, TermsPeriod, Watermark
from services.notices.signing import new_secret
from services.notices.store.endpoints import members_of
from services.notices.store.recipients import document_of
from services.notices.use_cases import Deps, intake
from shared.mongo import connect
from shared.times import utc_now
from tests.benchmarks.receiver import receiver
from tests.integration.notices.world import TERMS, VENDOR, Ledger, settings
from tests.mongod import free_ports

Path_of = Callable[[int], str]

LIMIT_SECONDS = 300
AT_ONCE = 5_000


@dataclass(frozen=True)
class Run:
    seconds: float
    first_ms: float
    rss_mib: float
    attempts: int

    @property
    def rate(self) -> float:
        return self.attempts / self.seconds


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--endpoints", type=int, default=10_000)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--dispatchers", type=int, default=1)
    wanted, _ = parser.parse_known_args()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="art28-bench-")))
        first = free_ports(2)
        mongod = start_replica_set(folder, first, cache_gb=1.0)
        stack.callback(mongod.stop)
        kind = stack.enter_context(receiver(folder, first + 1))
        deps = prepare(mongod.url, wanted.endpoints, f"http://127.0.0.1:{first + 1}")
        print(f"{wanted.endpoints:,} endpoints, receiver {kind}, {os.cpu_count()} cores")
        pids = stack.enter_context(workers(mongod.url, wanted.dispatchers))
        ledger = Ledger()
        runs = [measure(deps, ledger, n, wanted.endpoints, pids) for n in range(wanted.runs)]
    report(runs)
    return 0


def prepare(url: str, count: int, target: str, path: Path_of = "/hooks/{}".format) -> Deps:
    """``count`` customers, each with an active agreement and one endpoint at ``target``.

    ``path`` gives the path for a customer's number, or a whole URL.
    """
    mongo = connect(url, "art28_notices")
    deps = make_deps(settings(url, "art28"), mongo)
    for start in range(0, count, AT_ONCE):
        numbers = range(start, min(start + AT_ONCE, count))
        mongo.db["recipients"].insert_many([document_of(recipient(n)) for n in numbers])
        made = [members_of(endpoint(deps, n, target, path(n))) for n in numbers]
        mongo.db["endpoints"].insert_many(made)
    deps.recipients.save_watermark(Watermark(VENDOR["id"], count))
    return deps


def recipient(number: int) -> Recipient:
    return Recipient(
        agreement_id=f"agr_{number:08}",
        processor=VENDOR,
        controller={"id": f"org_{number:08}", "legal_name": f"Customer {number}"},
        contacts=(),
        channels=("webhook",),
        products=(),
        since_version=number + 1,
        until_version=None,
        history=(TermsPeriod("t30", TERMS["t30"], number + 1),),
    )


def endpoint(deps: Deps, number: int, target: str, path: str) -> Endpoint:
    endpoint_id, now = f"whe_{number:08}", utc_now()
    url = path if path.startswith("http") else f"{target}{path}"
    sealed = deps.box.seal(new_secret(), endpoint_id)
    return Endpoint(
        endpoint_id, f"org_{number:08}", url, url, "", (), (), (Secret(sealed, now),), now, now
    )


@contextmanager
def workers(url: str, dispatchers: int, **more: str) -> Iterator[list[int]]:
    """Fan-out and dispatchers as processes; yields the pids of the dispatchers."""
    environ = {
        **os.environ,
        "ART28_MONGO_URL": url,
        "ART28_EGRESS_ALLOW": "127.0.0.0/8",
        "ART28_SERVICE_KEY": base64.b64encode(b"s" * 32).decode(),
        "ART28_SECRETS_KEY": base64.b64encode(b"k" * 32).decode(),
        # All receivers of a benchmark are one address; in life one address gets a part only.
        "ART28_ADDRESS_IN_FLIGHT": "256",
        **more,
    }
    names = ["notices.fanout", *["notices.dispatcher"] * dispatchers]
    started = [
        subprocess.Popen([sys.executable, "-m", "deploy.worker", name], env=environ)
        for name in names
    ]
    try:
        yield [each.pid for each in started[1:]]
    finally:
        for each in started:
            each.terminate()
        for each in started:
            each.wait(30)


def measure(deps: Deps, ledger: Ledger, number: int, count: int, pids: list[int]) -> Run:
    deliveries = deps.mongo.db["deliveries"]
    wait_until_loops_beat(deps, 1 + len(pids))
    entry = ledger.change(f"chg_{number}", count)
    began, began_at = time.monotonic(), datetime.now(UTC)
    intake.receive(deps, [entry])
    due: dict[str, Any] = {"due_at": {"$exists": True}}
    live = {"lane": {"$gte": ""}, **due}
    while deps.mongo.db["jobs"].find_one(due) or deliveries.find_one(live, {"_id": 1}):
        if time.monotonic() - began > LIMIT_SECONDS:
            raise TimeoutError("the change was not delivered in time")
        time.sleep(0.02)
    seconds = time.monotonic() - began
    rows = next(deliveries.aggregate(_summary(began_at)))
    if rows["count"] != count or rows["attempts"] != count:
        raise AssertionError(f"told {rows['count']} with {rows['attempts']} attempts, not {count}")
    first_ms = (rows["first"] - began_at).total_seconds() * 1000
    run = Run(seconds, first_ms, sum(map(resident_mib, pids)), rows["attempts"])
    print(line(str(number + 1), run), flush=True)
    return run


def _summary(since: datetime) -> list[dict[str, Any]]:
    ours = {"delivered_at": {"$gte": since}}
    counts = {
        "_id": None,
        "count": {"$sum": 1},
        "attempts": {"$sum": {"$size": "$attempts"}},
        "first": {"$min": "$delivered_at"},
    }
    return [{"$match": ours}, {"$group": counts}]


def wait_until_loops_beat(deps: Deps, count: int) -> None:
    end = time.monotonic() + 30
    while deps.mongo.db["loops"].count_documents({}) < min(count, 2):
        if time.monotonic() > end:
            raise TimeoutError("the loops did not start")
        time.sleep(0.05)


def resident_mib(pid: int) -> float:
    """The most this process ever held, in MiB."""
    for text in Path(f"/proc/{pid}/status").read_text().splitlines():
        if text.startswith("VmHWM:"):
            return int(text.split()[1]) / 1024
    return 0.0


def line(name: str, run: Run) -> str:
    return (
        f"  run {name:>6}: {run.rate:8,.0f} notices/s  {run.seconds:7.2f} s"
        f"  first webhook {run.first_ms:6.0f} ms  dispatchers {run.rss_mib:6.1f} MiB"
    )


def report(runs: list[Run]) -> None:
    rates = [each.rate for each in runs]
    spread = (max(rates) - min(rates)) / statistics.median(rates)
    middle = Run(
        statistics.median(each.seconds for each in runs),
        statistics.median(each.first_ms for each in runs),
        max(each.rss_mib for each in runs),
        runs[0].attempts,
    )
    print(line("median", middle) + f"  spread {spread:.0%}")


if __name__ == "__main__":
    sys.exit(main())
