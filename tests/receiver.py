"""A customer's webhook receiver on loopback: it keeps what it got, and checks signatures with the
Standard Webhooks library, as a customer would."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from standardwebhooks.webhooks import Webhook

LIMIT = 15.0


@dataclass(frozen=True)
class Received:
    """One POST as it came; ``at`` is in monotonic seconds."""

    path: str
    headers: dict[str, str]
    body: bytes
    at: float

    @property
    def id(self) -> str:
        return self.headers["webhook-id"]

    def verified(self, secret: str) -> Any:
        """The JSON of the body. Raises ``WebhookVerificationError`` for a wrong signature."""
        return Webhook(secret).verify(self.body, self.headers)


@dataclass
class Receiver:
    """``status`` is what it answers, ``before_answer`` is called first; both may be changed."""

    url: str = ""
    status: int = 204
    before_answer: Callable[[Received], None] = lambda received: None
    requests: list[Received] = field(default_factory=list)
    _came: threading.Condition = field(default_factory=threading.Condition)

    def at(self, path: str) -> list[Received]:
        with self._came:
            return [each for each in self.requests if each.path == path]

    def times_sent(self) -> Counter[tuple[str, str]]:
        """How often each message came, by (path, webhook-id)."""
        with self._came:
            return Counter((each.path, each.id) for each in self.requests)

    def wait(self, enough: Callable[[], bool], limit: float = LIMIT) -> None:
        """Wait until ``enough``; it is asked again after every POST."""
        end = time.monotonic() + limit
        with self._came:
            while not enough():
                left = end - time.monotonic()
                assert left > 0, f"received only {[each.path for each in self.requests]}"
                self._came.wait(min(left, 0.2))

    def keep(self, received: Received) -> None:
        with self._came:
            self.requests.append(received)
            self._came.notify_all()


@contextmanager
def receiving() -> Iterator[Receiver]:
    """A receiver that answers on a free port of 127.0.0.1 for as long as the block lasts."""
    receiver = Receiver()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            at = time.monotonic()
            body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
            headers = {name.lower(): value for name, value in self.headers.items()}
            received = Received(self.path, headers, body, at)
            receiver.keep(received)
            receiver.before_answer(received)
            self.send_response(receiver.status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None: ...

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, *_: object) -> None: ...  # A sender that was killed hangs up.

    server = Server(("127.0.0.1", 0), Handler)
    receiver.url = f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    try:
        yield receiver
    finally:
        server.shutdown()
        server.server_close()
