"""What a poll costs that finds nothing due, with very many deliveries due later.

python -m tests.benchmarks.bench_idle --rows 1000000
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path

from deploy.mongod import start_replica_set
from services.notices.model.deliveries import new_delivery
from services.notices.store import INDEXES, Deliveries
from shared.mongo import connect
from shared.times import utc_now
from tests.mongod import free_port

AT_ONCE = 20_000
POLLS = 200


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    wanted, _ = parser.parse_known_args()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="art28-bench-")))
        mongod = start_replica_set(folder, free_port(), cache_gb=1.0)
        stack.callback(mongod.stop)
        mongo = connect(mongod.url, "art28_notices")
        mongo.ensure_indexes({"deliveries": INDEXES["deliveries"]})
        later = utc_now() + timedelta(days=1)
        for start in range(0, wanted.rows, AT_ONCE):
            mongo.db["deliveries"].insert_many(
                [new_delivery(f"dlv_{n}", f"msg_{n}", f"whe_{n}", "org_1", later)
                 for n in range(start, start + AT_ONCE)],
                ordered=False,
            )  # fmt: skip
        report(Deliveries(mongo), mongo.db["deliveries"].find)
    return 0


def report(deliveries: Deliveries, find: Callable) -> None:  # type: ignore[type-arg]
    now = utc_now()
    polls = {
        "first lane": lambda: deliveries.claim("t", now, now, 1_000),
        "own lanes": lambda: deliveries.own_lanes(now, "", 16),
    }
    for name, poll in polls.items():
        took = sorted(timed(poll) for _ in range(POLLS))
        print(f"  {name}: median {statistics.median(took):.2f} ms, p99 {took[-2]:.2f} ms")
    due = {"lane": "first", "due_at": {"$lte": now}}
    seen = find(due, {"_id": 1}).sort("due_at", 1).limit(1_000).explain()["executionStats"]
    print(f"  keys examined: {seen['totalKeysExamined']}")


def timed(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return (time.perf_counter() - began) * 1000


if __name__ == "__main__":
    sys.exit(main())
