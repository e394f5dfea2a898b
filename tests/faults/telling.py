"""Two services that write entries and tell them to notices, while something goes wrong."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from itertools import count
from typing import Any

from services.notices.use_cases import intake
from services.notices.wiring import Deps
from shared.failures import Failures
from shared.ledger import Ledger
from shared.loops import Loop, run_one
from shared.mongo import AlreadyExists, Mongo, Session
from shared.relay import Handler, Inbox, Relay
from tests.clock import now
from tests.faults.load import Load

Wire = Mapping[str, Any]


class Noting(Inbox):
    """An inbox that also writes down what it let in, in the same transaction."""

    def __init__(self, mongo: Mongo) -> None:
        super().__init__(mongo)
        self._heard, self._numbers = mongo.db["heard"], count()

    def receive(self, entries: Sequence[Wire], handle: Handler) -> int:
        def handle_and_note(session: Session, entry: Wire) -> None:
            handle(session, entry)
            line = {name: entry[name] for name in ("stream", "sequence", "hash")}
            self._heard.insert_one({"_id": next(self._numbers), **line}, session=session)

        return super().receive(entries, handle_and_note)

    def heard(self, stream: str) -> list[tuple[int, str]]:
        found = self._heard.find({"stream": stream}).sort("_id", 1)
        return [(each["sequence"], each["hash"]) for each in found]


class Teller:
    """A service with a ledger of its own. What it has been told to append is there once, however
    often it is told: as behind an API, the step and its entry are one transaction."""

    def __init__(self, mongo: Mongo, deps: Deps) -> None:
        self.mongo, self.ledger = mongo, Ledger(mongo, ["notices"])
        mongo.ensure_indexes(Ledger.INDEXES)
        self.acknowledged = dict[str, int]()
        self.relay = Relay(
            mongo,
            self.ledger,
            "notices",
            lambda entries: intake.receive(deps, entries),
            Failures(mongo, "teller.relay", now),
        )

    def append(self, entry: Wire) -> None:
        stream, sequence = entry["stream"], entry["sequence"]

        def work(session: Session) -> None:
            self.mongo.db["steps"].insert_one({"_id": f"{stream}#{sequence}"}, session=session)
            told = {"at": now(), "actor": entry["actor"], "private": entry["private"]}
            self.ledger.append(session, stream, entry["type"], entry["data"], **told)

        with suppress(AlreadyExists):
            self.mongo.transact(work)
        self.acknowledged[stream] = sequence

    def told(self, stream: str) -> list[tuple[int, str]]:
        return [(each.sequence, each.hash) for each in self.ledger.entries(stream, limit=10_000)]


@contextmanager
def telling(load: Load, names: Sequence[str]) -> Iterator[tuple[Noting, dict[str, Teller]]]:
    """The relays of these services run as loops; they live at the end."""
    world, stop = load.world, threading.Event()
    inbox = Noting(world.mongo)
    deps = replace(world.deps, inbox=inbox)
    tellers = {
        name: Teller(Mongo(world.mongo.client, f"{world.mongo.db.name}_{name}"), deps)
        for name in names
    }
    loops = [Loop(f"{name}.relay", each.relay.run_once, 0.02) for name, each in tellers.items()]
    threads = [threading.Thread(target=run_one, args=(loop, stop)) for loop in loops]
    for thread in threads:
        thread.start()
    try:
        yield inbox, tellers
        assert all(thread.is_alive() for thread in threads)
    finally:
        stop.set()
        for thread in threads:
            thread.join(30)
