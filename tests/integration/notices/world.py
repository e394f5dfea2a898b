"""A small world for tests of notices: ledger entries as others tell them, and a receiver."""

from __future__ import annotations

import json
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from standardwebhooks import Webhook

from services.notices import tasks
from services.notices.dispatcher import Dispatcher
from services.notices.fan_out.loop import FanOut
from services.notices.model.parcels import unpacked
from services.notices.settings import Settings
from services.notices.use_cases import endpoints, intake
from services.notices.wiring import Deps, make_deps, open_stores
from shared.egress import Egress
from shared.mongo import Mongo
from shared.settings import Common
from shared.times import format_instant, whole_milliseconds

VENDOR = {"id": "org_vendor", "slug": "tempus-serva", "legal_name": "TempusServa ApS"}
TERMS: dict[str, dict[str, Any]] = {
    "t30": {
        "notice_days": 30,
        "objection_days": 14,
        "day_kind": "calendar",
        "receipt_rule": "sent",
    },
    "t10": {"notice_days": 10, "objection_days": 5, "day_kind": "calendar", "receipt_rule": "sent"},
}
START = datetime(2026, 11, 23, 9, tzinfo=UTC)


def groups(given_on: date) -> list[dict[str, Any]]:
    """What a change announced on this day tells each group of customers, counted in plain days."""
    return [
        {
            "key": key,
            "given_on": str(given_on),
            "objection_deadline": str(given_on + timedelta(terms["objection_days"])),
            "earliest_effective_on": str(given_on + timedelta(terms["notice_days"] + 1)),
            "silence": "consent",
            "terms": terms,
        }
        for key, terms in TERMS.items()
    ]


PUBLIC_ENTRY = {
    "id": "sub_mail",
    "legal_name": "Mail Inc.",
    "country": "US",
    "purpose": {"en": "Sending e-mail"},
    "locations": [{"country": "US", "kind": "storage", "mechanisms": []}],
}


def settings(
    mongo_url: str = "",
    prefix: str = "test",
    secrets_key: bytes = b"k" * 32,
    older_keys: tuple[bytes, ...] = (),
    **more: Any,
) -> Settings:
    common = Common(
        origin="http://127.0.0.1:8280",
        mongo_url=mongo_url,
        db_prefix=prefix,
        audience="art28",
        urls={
            name: f"http://art28.test/{name}"
            for name in ("identity", "agreements", "registry", "notices")
        },
        service_key=b"s" * 32,
        secrets_key=secrets_key,
        log_level="info",
        log_format="json",
        older_secrets_keys=older_keys,
    )
    more.setdefault("egress", Egress.from_text("127.0.0.0/8,::1"))
    return Settings(common, **more)


@dataclass
class Ledger:
    """Entries with gapless sequences, as the relays of the other services post them."""

    clock: Callable[[], datetime]
    heads: Counter[str] = field(default_factory=Counter)

    def entry(
        self, stream: str, kind: str, data: dict[str, Any], private: dict[str, Any] | None = None
    ) -> dict[str, Any]:
        self.heads[stream] += 1
        return {
            "stream": stream,
            "sequence": self.heads[stream],
            "type": kind,
            "at": format_instant(self.clock()),
            "actor": "cli_test",
            "data": data,
            "private": private,
            "private_hash": None,
            "previous_hash": "0" * 64,
            "hash": "0" * 64,
        }

    def agreement(
        self, name: str, version: int, kind: str = "activated", key: str = "t30"
    ) -> dict[str, Any]:
        data = {
            "agreement_id": f"agr_{name}",
            "version": 1,
            "status": "active",
            "processor": VENDOR,
            "controller": {"id": f"org_{name}", "slug": name, "legal_name": f"{name} A/S"},
            "products": [],
            "effective_from": "2026-01-01",
            "ends_on": None,
            "authorisation": "general",
            "terms": TERMS[key],
            "terms_key": key,
            "recipients_version": version,
        }
        contacts = [{"name": "Ida", "position": "DPO", "email": f"dpo@{name}.example"}]
        private = {"contacts": contacts, "channels": ["webhook"]}
        return self.entry(f"agreement:agr_{name}", f"agreement.{kind}", data, private)

    def change(
        self, change_id: str, version: int, kind: str = "announced", **more: Any
    ) -> dict[str, Any]:
        data = {
            "change_id": change_id,
            "kind": "add",
            "materiality": ["new_entity"],
            "processor": VENDOR,
            "sub_processor": PUBLIC_ENTRY,
            "previous": None,
            "reason": "Newsletter",
            "effective_on": str(self.clock().date() + timedelta(31)),
            "announced_at": format_instant(self.clock()),
            **more,
        }
        private = {"recipients_version": version, "groups": groups(self.clock().date())}
        return self.entry(
            f"processor:{VENDOR['id']}", f"sub_processor.change.{kind}", data, private
        )

    def objection(self, change_id: str, name: str) -> dict[str, Any]:
        data = {
            "objection_id": "obj_1",
            "change_id": change_id,
            "status": "excluded",
            "processor": VENDOR,
        }
        private = {"controller_id": f"org_{name}", "agreement_id": f"agr_{name}"}
        return self.entry(f"processor:{VENDOR['id']}", "objection.excluded", data, private)


@dataclass
class Clock:
    """A time that begins at ``start``, goes by as any, and is moved on by what a test says."""

    start: datetime = START
    ahead: timedelta = timedelta()
    began: float = field(default_factory=time.monotonic)

    def __call__(self) -> datetime:
        passed = timedelta(seconds=time.monotonic() - self.began)
        return whole_milliseconds(self.start + passed) + self.ahead


@dataclass(frozen=True)
class Received:
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def message_id(self) -> str:
        return self.headers["webhook-id"]

    @property
    def json(self) -> Any:
        return json.loads(self.body)


class Receiver:
    """Answers POSTs on loopback as ``answers`` says by path, 204 by default, and keeps them."""

    def __init__(self, url: str) -> None:
        self.url, self.got = url, list[Received]()
        self.answers: dict[str, Callable[[int], tuple[int, dict[str, str]]]] = {}
        self._lock = threading.Lock()

    def take(self, received: Received) -> tuple[int, dict[str, str]]:
        with self._lock:
            self.got.append(received)
            number = sum(each.path == received.path for each in self.got)
        answer = self.answers.get(received.path)
        return answer(number) if answer else (204, {})

    def at(self, path: str) -> list[Received]:
        return [each for each in self.got if each.path == path]


@contextmanager
def receiving() -> Iterator[Receiver]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            headers = {name.lower(): value for name, value in self.headers.items()}
            status, extra = receiver.take(Received(self.path, headers, body))
            self.send_response(status)
            for name, value in {"content-length": "0", **extra}.items():
                self.send_header(name, value)
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            pass

    class Server(ThreadingHTTPServer):
        daemon_threads = True
        request_queue_size = 512  # The default of 5 drops connections under load.

        def handle_error(self, *_: object) -> None: ...  # A sender that was killed hangs up.

    server = Server(("127.0.0.1", 0), Handler)
    receiver = Receiver(f"http://127.0.0.1:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    yield receiver
    server.shutdown()
    server.server_close()


@dataclass
class World:
    mongo: Mongo
    deps: Deps
    clock: Clock
    fanout: FanOut
    dispatcher: Dispatcher
    receiver: Receiver
    ledger: Ledger

    def tell(self, *entries: Mapping[str, Any]) -> int:
        return intake.receive(self.deps, entries)

    def customer(self, name: str, version: int, key: str = "t30", **told: Any) -> str:
        """An active agreement and an endpoint at ``/<name>``; the endpoint's secret.

        The endpoint comes after the message about the agreement, so it is not told of that.
        """
        self.tell(self.ledger.agreement(name, version, key=key))
        self.fan_out()
        return self.endpoint(name, **told)[1]

    def endpoint(self, name: str, **told: Any) -> tuple[str, str]:
        members = {
            "url": f"{self.receiver.url}/{name}",
            "description": "",
            "event_types": [],
            "processors": [],
            **told,
        }
        endpoint, secret = endpoints.add(self.deps, f"org_{name}", members)
        return endpoint.id, secret

    def fan_out(self) -> None:
        while self.fanout.run_once():
            pass

    def unpack(self) -> None:
        """Have what waits in parcels due by itself, as a retry is."""
        packed = [each for parcel in self.rows("parcels") for each in unpacked(parcel["items"])]
        rows: Any = [(each["lane"], {**each, "unstored": each}) for each in packed]
        self.deps.stores.deliveries.give_back(rows, self.clock())
        self.mongo.db["parcels"].delete_many({})

    def deliver(self, limit: float = 10.0) -> None:
        """Run the dispatcher until nothing is due and nothing in the air."""
        end = time.monotonic() + limit
        while self.dispatcher.run_once():
            assert time.monotonic() < end, "the dispatcher did not come to rest"

    def verified(self, secret: str, received: Received) -> Any:
        return verified(secret, received, self.clock())

    def settle(self) -> None:
        self.fan_out()
        self.deliver()

    def rows(self, collection: str, **where: Any) -> list[dict[str, Any]]:
        return list(self.mongo.db[collection].find(where).sort("_id", 1))

    def delivery_about(self, name: str, change_id: str) -> dict[str, Any]:
        (found,) = self.deliveries(controller_id=f"org_{name}", change_id=change_id)
        return found

    def delivery_of(self, name: str) -> dict[str, Any]:
        (found,) = self.deliveries(controller_id=f"org_{name}")
        return found

    def deliveries(self, **where: Any) -> list[dict[str, Any]]:
        """Those of the messages so described, in parcels and out of them."""
        messages: Any = self.rows("messages", **where)
        found: Any = self.deps.stores.deliveries.of(messages)
        rows = self.mongo.db["deliveries"]
        return [rows.find_one({"_id": each["_id"]}) or each for each in found]


def make_world(mongo: Mongo, receiver: Receiver, clock: Clock | None = None, **more: Any) -> World:
    """A world at ``START``; one whose loops run in other processes needs the clock of those."""
    clock = clock or Clock()
    chosen = settings(**more)
    deps = make_deps(chosen, open_stores(mongo), clock)
    fanout = tasks.make_fan_out(deps.stores, clock)
    dispatcher = tasks.make_dispatcher(chosen, deps.stores, clock)
    return World(mongo, deps, clock, fanout, dispatcher, receiver, Ledger(clock))


def verified(secret: str, received: Received, at: datetime) -> Any:
    """The body, when the Standard Webhooks library signs it alike and it was sent about ``at``.

    The library's own ``verify`` compares with the wall clock.
    """
    sent_at = datetime.fromtimestamp(int(received.headers["webhook-timestamp"]), UTC)
    assert abs(at - sent_at) < timedelta(minutes=5)
    signature = Webhook(secret).sign(received.message_id, sent_at, received.body.decode())
    assert signature in received.headers["webhook-signature"].split(" ")
    return received.json
