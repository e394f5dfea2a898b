"""The product under load: its database, its loops as processes, and changes announced to it."""

from __future__ import annotations

import base64
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

from deploy.parent_death import bound_to_parent
from services.notices.model.messages import least_id
from services.notices.use_cases import intake
from services.notices.wiring import Deps, make_deps, open_stores
from shared.mongo import connect
from tests.benchmarks.figures import say
from tests.benchmarks.machine import Pids
from tests.benchmarks.processes import ending, wait_for_port, wait_until
from tests.benchmarks.receiver import Receiver, receiver
from tests.clock import now
from tests.integration.notices.world import Ledger, settings
from tests.mongod import free_port, free_ports
from tests.replica_set import ReplicaSet, start_replica_set

# Starts a receiver with its files in a folder, on a port and the one after it.
Receive = Callable[[Path, int], AbstractContextManager[Receiver]]

LIMIT_SECONDS = 900
TELL_EVERY_SECONDS = 10
# Rows that wait for something; a lane is named so that the index of those rows is used.
LIVE: dict[str, Any] = {"lane": {"$gte": ""}, "due_at": {"$exists": True}}


@dataclass(frozen=True)
class Bed:
    """What a benchmark stands on: a mongod and a receiver of its own, on loopback."""

    folder: Path
    url: str
    mongod: int
    receiver: Receiver


@contextmanager
def database(cache_gb: float = 4.0) -> Iterator[tuple[Path, ReplicaSet]]:
    """An empty folder and a mongod in it; both are gone afterwards. Left alone, mongod would take
    half of the memory for its cache."""
    with tempfile.TemporaryDirectory(prefix="art28-bench-") as name:
        mongod = start_replica_set(Path(name), free_port(), cache_gb=cache_gb)
        try:
            yield Path(name), mongod
        finally:
            mongod.stop()


@contextmanager
def bed(receive: Receive = receiver) -> Iterator[Bed]:
    """Everything in it is gone afterwards."""
    with database() as (folder, mongod), receive(folder, free_ports(2)) as receiving:
        yield Bed(folder, mongod.url, mongod.processes[0].pid, receiving)


@dataclass
class Office:
    """The web side of a product; ``name`` is the prefix of its databases."""

    name: str
    deps: Deps
    ledger: Ledger = field(default_factory=lambda: Ledger(now))
    changes: int = 0

    def announce(self, processor: dict[str, Any]) -> str:
        """Take in one change of this vendor's; its id."""
        self.changes += 1
        change = f"chg_{self.changes:06}"
        known = self.deps.stores.recipients.watermark(processor["id"]).up_to
        intake.receive(self.deps, [self.ledger.change(change, known, processor=processor)])
        return change


def office(url: str, name: str = "art28") -> Office:
    """A product of which only the web side runs yet, with databases of its own."""
    deps = make_deps(settings(url, name), open_stores(connect(url, f"{name}_notices")))
    return Office(name, deps)


class Counting(Protocol):
    """A receiver that tells how many requests came."""

    def requests(self) -> int: ...


@dataclass(frozen=True)
class Product:
    """A product whose loops run. ``processes``: the pids of all that work for a notice."""

    office: Office
    receiver: Counting
    processes: Pids

    @property
    def deps(self) -> Deps:
        return self.office.deps

    @property
    def dispatchers(self) -> list[int]:
        return list(self.processes["dispatchers"])

    @property
    def loops(self) -> list[int]:
        return [*self.processes["fan-out"], *self.dispatchers]

    def announce(self, processor: dict[str, Any]) -> str:
        return self.office.announce(processor)

    def wait_until_stored(self) -> None:
        """Until fan-out has made all there is to send."""
        due = {"due_at": {"$exists": True}}
        jobs = self.deps.stores.mongo.db["jobs"]
        wait_until(lambda: not jobs.find_one(due), LIMIT_SECONDS, "fan-out did not end", 0.05)

    def wait_until_told(self, expected: int = 0) -> None:
        """Until no job and no delivery waits for anything, not even for a retry."""
        begun, owed_at = time.monotonic(), time.monotonic()
        before = self.receiver.requests() if expected else 0
        while self._busy():
            now = time.monotonic()
            if now - begun > LIMIT_SECONDS:
                raise TimeoutError("the change was not delivered in time")
            if expected and now - owed_at > TELL_EVERY_SECONDS:
                owed_at = now
                say(f"    {self.receiver.requests() - before:,} of {expected:,} sent")
            # To look is work for mongod: rarely enough not to show in what is measured.
            time.sleep(max(0.02, (now - begun) / 100))

    def _busy(self) -> bool:
        db = self.deps.stores.mongo.db
        waiting: dict[str, dict[str, Any]] = {
            "jobs": {"due_at": {"$exists": True}},
            "parcels": {},
            "deliveries": LIVE,
        }
        return any(db[name].find_one(each, {"_id": 1}) for name, each in waiting.items())

    def deliveries_since(self, begun: datetime) -> Counts:
        """Of the messages made since then: how many were delivered, in how many attempts."""
        made = {"_id": {"$gte": least_id("dlv", begun)}, "delivered_at": {"$exists": True}}
        sums = {
            "_id": None,
            "deliveries": {"$sum": 1},
            "attempts": {"$sum": {"$size": "$attempts"}},
            "first": {"$min": "$delivered_at"},
            "last": {"$max": "$delivered_at"},
        }
        found = self.deps.stores.mongo.db["deliveries"].aggregate(
            [{"$match": made}, {"$group": sums}]
        )
        told = next(iter(found), None)
        if told is None:
            return Counts(0, 0, begun, begun)
        return Counts(told["deliveries"], told["attempts"], told["first"], told["last"])

    def latencies(self, change: str, begun: datetime) -> list[float]:
        """Milliseconds from ``begun`` to each webhook of a change, the first one first."""
        messages = self.deps.stores.mongo.db["messages"].find({"change_id": change}, {"_id": 1})
        ours = {"message_id": {"$in": [each["_id"] for each in messages]}}
        found = self.deps.stores.mongo.db["deliveries"].find(ours, {"delivered_at": 1})
        ends = [each["delivered_at"] for each in found if "delivered_at" in each]
        return sorted((end - begun).total_seconds() * 1000 for end in ends)


@dataclass(frozen=True)
class Counts:
    deliveries: int
    attempts: int
    first: datetime
    last: datetime


@contextmanager
def product(bed: Bed, office: Office, dispatchers: int = 1, **more: str) -> Iterator[Product]:
    """Its loops as ``make run-services`` has them, each in a process; warm when it comes."""
    environ = {
        **os.environ,
        "ART28_MONGO_URL": bed.url,
        "ART28_DB_PREFIX": office.name,
        "ART28_LOG_LEVEL": "error",
        "ART28_EGRESS_ALLOW": "127.0.0.0/8",
        "ART28_CA_FILE": str(bed.receiver.ca_file),
        "ART28_SERVICE_KEY": base64.b64encode(b"s" * 32).decode(),
        "ART28_SECRETS_KEY": base64.b64encode(b"k" * 32).decode(),
        # All receivers of a benchmark are one address; in life one address gets a part only.
        "ART28_ADDRESS_IN_FLIGHT": "512",
        **more,
    }
    names = ["notices.fanout", *["notices.dispatcher"] * dispatchers]
    with ExitStack() as stack:
        ports = [free_port() for _ in names]
        pids = [_start(stack, *each, environ) for each in zip(names, ports, strict=True)]
        for port in ports:
            wait_for_port(port)  # Of its metrics: the worker's loops are made by then.
        groups = {"mongod": [bed.mongod], "nginx": [bed.receiver.pid]}
        yield Product(
            office, bed.receiver, {**groups, "fan-out": pids[:1], "dispatchers": pids[1:]}
        )


def _start(stack: ExitStack, loop: str, port: int, environ: dict[str, str]) -> int:
    words = bound_to_parent((sys.executable, "-m", "deploy.worker", loop), os.getpid())
    told = {**environ, "ART28_WORKER_METRICS_PORT": str(port)}
    # What it logs goes to its standard output; what it dies of, to our standard error.
    started = subprocess.Popen(words, env=told, stdout=subprocess.DEVNULL)
    return stack.enter_context(ending(started)).pid
