"""Runs one part of Art28 and kills itself at a chosen step: `python -m tests.faults.killed`.

The product knows nothing of it. Every write to the database counts as two steps, before it is sent
and after it took effect; so does every request to another service and every webhook. Orders come
as lines of JSON on standard input; each is run by a fork of this process, which has everything
imported but nothing opened, and answered with the fork's id and, in the end, its exit status.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from pymongo import monitoring

import tests.stack
from services.notices.channels.webhook import Sender
from services.registry.schemas.imports import content_of
from services.registry.use_cases.importing import Importing
from shared import logs
from shared.peers import ServiceClient
from tests.clock import now
from tests.integration.identity.bringing import work as bring_customers
from tests.stack import Stack, until_rest

Order = dict[str, Any]
WRITES = frozenset({"insert", "update", "delete", "findAndModify", "commitTransaction"})


class Fuse:
    """Kills the process at the step it is set to; 0 is never."""

    def __init__(self) -> None:
        self.left = 0

    def step(self) -> None:
        self.left -= 1
        if self.left == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    def around(self, kind: type, name: str) -> None:
        """Make a call of this method two steps."""
        real = getattr(kind, name)

        def counted(*args: Any, **kwargs: Any) -> Any:
            self.step()
            result = real(*args, **kwargs)
            self.step()
            return result

        setattr(kind, name, counted)


class Writes(monitoring.CommandListener):
    """Tells the fuse of every write: when it is about to be sent, and when it has been done."""

    def __init__(self, fuse: Fuse) -> None:
        self._fuse = fuse

    def started(self, event: monitoring.CommandStartedEvent) -> None:
        if event.command_name in WRITES:
            self._fuse.step()

    def succeeded(self, event: monitoring.CommandSucceededEvent) -> None:
        if event.command_name in WRITES:
            self._fuse.step()

    def failed(self, event: monitoring.CommandFailedEvent) -> None: ...


PARTS: dict[str, Callable[[Stack, Order], object]] = {
    # The relay posts to notices in this same process, so that its writes count as well.
    "relay": lambda stack, _: stack.relay(),
    "fanout": lambda stack, _: stack.fan_out(),
    "dispatcher": lambda stack, _: stack.dispatch(),
    "clock": lambda stack, _: stack.go_live(),
    "customers": lambda stack, _: bring_customers(stack),
    "lists": lambda stack, _: until_rest(Importing(stack.registry, content_of).run_once),
    # A web process that answers one request.
    "web": lambda stack, order: stack.ask(
        order["client"], "POST", order["path"], headers=order["headers"]
    ),
}


def run(order: Order) -> None:
    """Do what is ordered, or die at its step."""
    fuse = Fuse()
    monitoring.register(Writes(fuse))
    fuse.around(ServiceClient, "send")
    fuse.around(Sender, "submit")
    # The database has its first client already.
    setattr(tests.stack, "make_admin", lambda _: {})  # noqa: B010 - not what the module exports
    stack = Stack(order["mongo_url"], order["prefix"])
    stack.now = now() + timedelta(days=order.get("days", 0), minutes=order.get("minutes", 0))
    if "client" in order:
        stack.token(order["client"])
    fuse.left = order["step"]
    PARTS[order["part"]](stack, order)


def main() -> None:
    # Standard output is for answers to the parent.
    logs.configure("info", "json")
    for line in sys.stdin:
        pid = os.fork()
        if pid == 0:
            try:
                run(json.loads(line))
            except BaseException as error:  # noqa: BLE001  Whatever it is, the parent must see it.
                print(f"{type(error).__name__}: {error}", file=sys.stderr, flush=True)
                os._exit(1)
            os._exit(0)
        print(pid, flush=True)
        _, status = os.waitpid(pid, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)


if __name__ == "__main__":
    main()
