"""`art28 listen`: an endpoint on this machine that verifies what comes and prints it."""

from __future__ import annotations

import json
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import click
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from deploy.command.api import Api, asks
from shared.safe_text import terminal

ENDPOINTS = "/portal/v1/webhook-endpoints"
LARGEST = 1 << 20


class Receiver(HTTPServer):
    """Takes messages on loopback, one after the other, so that none is waited for that has come.

    ``secret``: of the endpoint; ``left``: how many to wait for.
    """

    secret = ""
    as_json = False
    left = -1

    def handle_timeout(self) -> None:
        raise click.ClickException(f"No message came within {self.timeout:g} seconds.")


class Handler(BaseHTTPRequestHandler):
    server: Receiver

    def do_POST(self) -> None:
        body = self.rfile.read(min(int(self.headers.get("Content-Length", "0")), LARGEST))
        told = self._verified(body)
        self.send_response(204 if told else 401)
        self.send_header("Content-Length", "0")
        self.end_headers()
        if told:
            _print(told, self.server.as_json)
            self.server.left -= 1

    def _verified(self, body: bytes) -> Any:
        try:
            return Webhook(self.server.secret).verify(body, dict(self.headers.items()))
        except (WebhookVerificationError, ValueError):
            print("art28: a message with a wrong signature was refused", file=sys.stderr)
            return None

    def log_message(self, *_: object) -> None: ...


def _print(told: Any, as_json: bool) -> None:
    line = f"{told['timestamp']} {told['type']}"
    click.echo(json.dumps(told, ensure_ascii=False) if as_json else terminal(line))


@click.command(epilog="\b\nExample:\n  art28 listen --json | jq .data")
@click.option("--port", type=int, default=0, help="Else any that is free.")
@click.option("--event", "events", multiple=True, help="Only these; agreement.* too.")
@click.option("--test", "test", metavar="TYPE", help="Have an example of this type sent at once.")
@click.option("--count", type=int, default=-1, help="End after so many messages.")
@click.option("--within", type=float, help="Fail if no message comes for so many seconds.")
@asks
def listen(
    api: Api, port: int, events: tuple[str, ...], test: str | None, count: int, within: float | None
) -> None:
    """Make an endpoint, verify and print what it gets; Ctrl-C removes it.

    The installation has to reach this machine, as a local one does.
    """
    with Receiver(("127.0.0.1", port), Handler) as server:
        body = {"url": f"http://127.0.0.1:{server.server_port}/", "event_types": list(events)}
        made = api.send(ENDPOINTS, {name: it for name, it in body.items() if it})
        server.secret, server.as_json, server.left = made["secret"], api.as_json, count
        server.timeout = within
        print(f"art28: listening as {made['id']}", file=sys.stderr)
        try:
            if test:
                api.send(f"{ENDPOINTS}/{made['id']}/test", {"type": test})
            while server.left:
                server.handle_request()
        except KeyboardInterrupt:
            pass
        finally:
            api.delete(f"{ENDPOINTS}/{made['id']}")
