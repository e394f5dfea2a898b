"""What a test of faults works on: the product, its customers, and somebody to kill."""

from __future__ import annotations

import json
import subprocess
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from services.notices.tasks import make_dispatcher, make_fan_out
from services.notices.wiring import open_stores
from tests.clock import now
from tests.e2e.story import PROCESSOR, REGISTER, TERMS, draft, first_break
from tests.faults.tally import Counts, counted
from tests.receiver import Received, Receiver
from tests.stack import Stack, until_rest

KILLED = -9
ANNOUNCED = "sub_processor.change.announced"
# After this long every lease of a dead process has lapsed.
LAPSED = timedelta(seconds=61)


@dataclass
class World:
    stack: Stack
    clients: Mapping[str, Mapping[str, Any]]
    receiver: Receiver
    zygote: subprocess.Popen[str]
    secrets: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for slug in TERMS:
            body = {"url": f"{self.receiver.url}/{slug}"}
            made = self.must(slug, "POST", "/portal/v1/webhook-endpoints", body)
            self.secrets[slug] = made["secret"]
        self.finish()

    def must(self, slug: str, method: str, path: str, body: Any = None) -> Any:
        return self.stack.must(self.clients[slug], method, path, body)

    def drafted(self, in_days: int = 40) -> str:
        """A new change, ready to be announced; its path."""
        self.present()
        body = draft(self.stack.now.date(), in_days)
        made = self.must(PROCESSOR, "POST", f"{REGISTER}/changes", body)
        return f"{REGISTER}/changes/{made['id']}"

    def present(self) -> None:
        """Set the clock to the present; older tokens may be from a future that was tried out."""
        self.stack.now = now()
        self.stack.forget_tokens()

    def announced(self, in_days: int = 40) -> str:
        """A new change that is announced and of which nobody has been told yet; its id."""
        path = self.drafted(in_days)
        self.must(PROCESSOR, "POST", f"{path}/announce")
        return path.rpartition("/")[2]

    def run(
        self, part: str, step: int, *, meanwhile: Callable[[int], None] | None = None, **more: Any
    ) -> int:
        """Run a part in a process that dies at ``step`` (0: never); its exit status.

        ``meanwhile`` is given the id of the process while it runs.
        """
        order = {"part": part, "step": step, "prefix": self.stack.common.db_prefix,
                 "mongo_url": self.stack.common.mongo_url, **more}  # fmt: skip
        assert self.zygote.stdin is not None
        assert self.zygote.stdout is not None
        assert self.zygote.stderr is not None
        self.zygote.stdin.write(json.dumps(order) + "\n")
        self.zygote.stdin.flush()
        pid = int(self.zygote.stdout.readline())
        if meanwhile:
            meanwhile(pid)
        status = int(self.zygote.stdout.readline())
        assert status in (0, KILLED), self.zygote.stderr.readline()
        if status == KILLED:
            # The server gives up a dead process's transactions by itself, but only after a minute.
            self.stack.registry.mongo.client.admin.command("killAllSessions", [])
        return status

    def finish(self) -> None:
        """What a restarted worker does: everything that is due, once old leases have lapsed."""
        stores = open_stores(self.stack.database("notices"))

        def later() -> Any:
            return now() + LAPSED

        fanout = make_fan_out(stores, later)
        dispatcher = make_dispatcher(self.stack._settings("notices"), stores, later)
        self.present()
        self.stack.relay()
        until_rest(fanout.run_once)
        until_rest(dispatcher.run_once)

    def posts(self, change_id: str) -> Counter[tuple[str, str]]:
        """How often which customer got which message about a change."""
        return Counter((each.path, each.id) for each in self._about(change_id))

    def counts(self, ends: Mapping[str, int]) -> Counts:
        """A row of the table of faults, from how the process of each change ended."""
        posts = Counter[str]()
        for change_id in ends:
            posts += Counter(
                {f"{path} {one}": n for (path, one), n in self.posts(change_id).items()}
            )
        return counted(list(ends.values()).count(KILLED), len(ends) * len(TERMS), posts)

    def _about(self, change_id: str) -> list[Received]:
        """The announcements of a change that came in."""
        found = [each for each in self.receiver.requests if change_id.encode() in each.body]
        return [each for each in found if json.loads(each.body)["type"] == ANNOUNCED]

    def assert_told(self, change_id: str, deaths: int = 1) -> None:
        """Everyone got the one message, once more per death at most; nothing is left over."""
        posts = self.posts(change_id)
        assert sorted(path for path, _ in posts) == sorted(f"/{slug}" for slug in TERMS)
        assert max(posts.values()) <= 1 + deaths
        for each in self._about(change_id):
            assert each.verified(self.secrets[each.path[1:]])
        self.assert_recorded_once(change_id)
        self.assert_nothing_is_stuck()

    def assert_recorded_once(self, change_id: str) -> None:
        notices, registry = self.stack.database("notices").db, self.stack.database("registry").db
        messages = list(notices["messages"].find({"change_id": change_id, "type": ANNOUNCED}))
        assert len(messages) == len({each["agreement_id"] for each in messages}) == len(TERMS)
        ids = [each["_id"] for each in messages]
        deliveries = list(notices["deliveries"].find({"message_id": {"$in": ids}}))
        assert len(deliveries) == len({each["endpoint_id"] for each in deliveries}) == len(TERMS)
        assert {each["state"] for each in deliveries} == {"delivered"}
        about = {"data.change_id": change_id, "type": ANNOUNCED}
        assert registry["ledger"].count_documents(about) == 1

    def assert_nothing_is_stuck(self) -> None:
        notices = self.stack.database("notices").db
        for name in ("deliveries", "jobs"):
            assert notices[name].count_documents({"due_at": {"$exists": True}}) == 0, name
            assert notices[name].count_documents({"claim": {"$exists": True}}) == 0, name
        assert notices["parcels"].count_documents({}) == 0
        for service in ("registry", "agreements"):
            heads = self.stack.database(service).db["ledger_heads"]
            assert heads.count_documents({"pending": {"$ne": []}}) == 0, service
        lines = self.stack.ask(None, "GET", f"/p/{PROCESSOR}/ledger.jsonl").text.splitlines()
        assert first_break(json.loads(line) for line in lines) == ""
