"""All six services in one process on a real mongod, with a clock that tests move."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any, cast

from pymongo import MongoClient
from werkzeug.middleware.dispatcher import DispatcherMiddleware
from werkzeug.test import Client

import services.agreements.app
import services.agreements.settings
import services.agreements.wiring
import services.identity.app
import services.identity.settings
import services.notices.app
import services.notices.settings
import services.notices.tasks
import services.notices.wiring
import services.portal.app
import services.portal.settings
import services.public.app
import services.public.settings
import services.registry.app
import services.registry.settings
import services.registry.tasks
from deploy.seed import make_admin, vouching
from deploy.wsgi import mounts_of
from services.agreements.use_cases.roll_out_steps import RollingOut
from shared.egress import Egress
from shared.failures import Failures
from shared.in_process import WSGITransport
from shared.ledger import Ledger
from shared.mongo import Mongo, connect
from shared.peers import Peers
from shared.relay import Relay
from tests.answers import Answer
from tests.builders import common_settings
from tests.fakes import ORIGIN
from tests.lengths import lengths_kept

START = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
NAMES = ("identity", "agreements", "registry", "notices", "portal", "public")


class Stack:
    """The whole product in one process; ``now`` is what every service takes for the present."""

    def __init__(self, mongo_url: str, prefix: str, origin: str = ORIGIN) -> None:
        self.now = START
        self.common = common_settings(mongo_url, prefix, origin)
        self._transport = WSGITransport()
        self.apps = {name: self._create(name) for name in NAMES}
        root = self.apps["public"]
        others = {name: app for name, app in self.apps.items() if name != "public"}
        self.wsgi = lengths_kept(DispatcherMiddleware(root, mounts_of(others)))
        self._transport.mount(self.wsgi)
        self._tokens: dict[str, tuple[datetime, str]] = {}
        identity = services.identity.settings.Settings(self.common)
        self.admin, self.vouch = make_admin(identity), vouching(identity)
        self.registry = self.apps["registry"].extensions["art28.deps"]
        self._relays = [self._relay(name) for name in ("agreements", "registry")]
        stores = services.notices.wiring.open_stores(self.database("notices"))
        made = services.notices.tasks
        self._fanout = made.make_fan_out(stores, self._clock)
        self._dispatcher = made.make_dispatcher(self._settings("notices"), stores, self._clock)

    def _clock(self) -> datetime:
        return self.now

    def database(self, service: str) -> Mongo:
        return connect(self.common.mongo_url, self.common.database(service))

    def pass_time(self, **time: float) -> None:
        self.now += timedelta(**time)

    def ask(
        self,
        client: Mapping[str, Any] | None,
        method: str,
        path: str,
        body: Any = None,
        **more: Any,
    ) -> Answer:
        """One request as ``client``; the raw answer."""
        headers = dict(more.pop("headers", {}))
        if client:
            headers["Authorization"] = f"Bearer {self.token(client)}"
        if body is not None:
            more["json"] = body
        answer = Client(self.wsgi).open(path, method=method, headers=headers, **more)
        return cast("Answer", answer)

    def must(
        self, client: Mapping[str, Any] | None, method: str, path: str, body: Any = None
    ) -> Any:
        """The JSON of an answer that has to be a success."""
        answer = self.ask(client, method, path, body)
        assert answer.status_code < 300, (method, path, answer.status_code, answer.text)
        return answer.json if answer.data else None

    def token(self, client: Mapping[str, Any]) -> str:
        until, token = self._tokens.get(client["client_id"], (START - timedelta(1), ""))
        if until <= self.now:
            form = {
                "grant_type": "client_credentials",
                "client_id": client["client_id"],
                "client_secret": client["client_secret"],
            }
            answer = Client(self.wsgi).post("/identity/v1/token", data=form).json
            assert answer is not None
            token = answer["access_token"]
            self._tokens[client["client_id"]] = (self.now + timedelta(minutes=10), token)
        return token

    def forget_tokens(self) -> None:
        """After the clock was set back, older tokens are from the future."""
        self._tokens.clear()

    def relay(self) -> None:
        """Bring every ledger entry to who listens."""
        for relay in self._relays:
            until_rest(relay.run_once)

    def fan_out(self) -> None:
        until_rest(self._fanout.run_once)

    def dispatch(self) -> None:
        until_rest(self._dispatcher.run_once)

    def go_live(self) -> None:
        until_rest(lambda: services.registry.tasks.run_clock(self.registry))
        self.roll_out()

    def roll_out(self) -> None:
        """Examine, offer, remind and take back what roll-outs have before them."""
        until_rest(RollingOut(self.apps["agreements"].extensions["art28.deps"]).run_once)

    def tell(self) -> None:
        """Have customers told of what has happened."""
        self.relay()
        self.fan_out()
        self.dispatch()

    def settle(self) -> None:
        """Run every loop until none has anything to do."""
        self.go_live()
        self.tell()

    def _create(self, name: str) -> Any:
        create_app = getattr(services, name).app.create_app
        return create_app(self._settings(name), self._transport, now=self._clock)

    def _settings(self, name: str) -> Any:
        settings = getattr(services, name).settings.Settings
        if name == "notices":
            return settings(self.common, Egress.from_text("127.0.0.0/8,::1"))
        if name == "public":
            # What a test has just changed is seen by its next request.
            return settings(self.common, fresh_seconds=0.0)
        if name == "agreements":
            return settings(self.common, egress=Egress.from_text("127.0.0.0/8"))
        return settings(self.common)

    def _relay(self, name: str) -> Relay:
        mongo = self.database(name)
        notices = Peers(name, self.common, self._transport).client("notices")

        def post(entries: list[dict[str, Any]]) -> None:
            notices.post("/v1/entries", {"entries": entries})

        failures = Failures(mongo, f"{name}.relay", self._clock)
        return Relay(mongo, Ledger(mongo, ["notices"]), "notices", post, failures)


def until_rest(run_once: Callable[[], bool], rounds: int = 5_000) -> None:
    for _ in range(rounds):
        if not run_once():
            return
    raise AssertionError("a loop never came to rest")


@contextmanager
def fresh_stack(
    mongo_url: str, mongo_client: MongoClient[dict[str, Any]], origin: str = ORIGIN
) -> Iterator[Stack]:
    """A product with databases of its own, which are dropped at the end."""
    prefix = f"test_{uuid.uuid4().hex[:12]}"
    yield Stack(mongo_url, prefix, origin)
    for found in mongo_client.list_database_names():
        if found.startswith(prefix):
            mongo_client.drop_database(found)
