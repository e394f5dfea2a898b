"""Workers of notices, as they run in production: each a process of its own, that can be killed."""

from __future__ import annotations

import base64
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from deploy.parent_death import bound_to_parent
from deploy.profile import ROOT
from tests.faults.load import SETTINGS

Worker = subprocess.Popen[bytes]
LOOPS = ("notices.fanout", "notices.dispatcher")


@dataclass
class Workers:
    """``all``: those that live."""

    environment: dict[str, str]
    all: list[Worker] = field(default_factory=list)

    def start(self) -> None:
        words = (sys.executable, "-m", "deploy.worker", *LOOPS)
        self.all.append(
            subprocess.Popen(bound_to_parent(words, os.getpid()), cwd=ROOT, env=self.environment)
        )

    def kill_oldest(self) -> None:
        worker = self.all.pop(0)
        worker.kill()
        worker.wait()


@contextmanager
def working(mongo_url: str, prefix: str, count: int) -> Iterator[Workers]:
    """So many workers side by side; those that are left live at the end, and end when asked to."""
    workers = Workers(environment(mongo_url, prefix))
    try:
        for _ in range(count):
            workers.start()
        yield workers
        assert all(each.poll() is None for each in workers.all)
        for each in workers.all:
            each.terminate()
        assert [each.wait(20) for each in workers.all] == [0] * len(workers.all)
    finally:
        while workers.all:
            workers.kill_oldest()


def environment(mongo_url: str, prefix: str) -> dict[str, str]:
    """With the keys of the world that tests of notices make."""
    settings = {
        "MONGO_URL": mongo_url,
        "DB_PREFIX": prefix,
        "SERVICE_KEY": base64.b64encode(b"s" * 32).decode(),
        "SECRETS_KEY": base64.b64encode(b"k" * 32).decode(),
        "EGRESS_ALLOW": "127.0.0.0/8",
        "LOG_LEVEL": "error",
        **{name.upper(): str(value) for name, value in SETTINGS.items()},
    }
    return {**os.environ, **{f"ART28_{name}": value for name, value in settings.items()}}
