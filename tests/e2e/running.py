"""A started profile and its clients, as somebody at the keyboard has them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import requests

from deploy.profile import ROOT
from tests.integration.deploy.profiles import processes_of, until_ready
from tests.mongod import free_ports

PORTS = 21
LIMIT = 15.0
TIMEOUT = 30.0


@dataclass
class Client:
    """One API client of ``demo.json``; it asks for its token when it first needs one."""

    origin: str
    told: Mapping[str, Any]
    session: requests.Session = field(default_factory=requests.Session)

    def __post_init__(self) -> None:
        self.session.trust_env = False

    @property
    def org_id(self) -> str:
        return str(self.told["org_id"])

    def sign_in(self) -> None:
        answer = self.session.post(
            f"{self.origin}/identity/v1/token",
            data={"grant_type": "client_credentials"},
            auth=(self.told["client_id"], self.told["client_secret"]),
            timeout=TIMEOUT,
        )
        assert answer.status_code == 200, answer.text
        self.session.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"

    def ask(self, method: str, path: str, **more: Any) -> requests.Response:
        """The raw answer; ``json``, ``params`` and ``headers`` as in ``requests``."""
        if self.told and "Authorization" not in self.session.headers:
            self.sign_in()
        return self.session.request(method, self.origin + path, timeout=TIMEOUT, **more)

    def must(self, method: str, path: str, **more: Any) -> Any:
        """The JSON of an answer that has to be a success."""
        answer = self.ask(method, path, **more)
        assert answer.ok, (method, path, answer.status_code, answer.text)
        return answer.json()


@dataclass
class Running:
    """A profile that is up. ``screen`` is what it printed until it was ready."""

    name: str
    process: subprocess.Popen[str]
    var: Path
    screen: str = ""
    demo: Mapping[str, Any] = field(default_factory=dict)
    # Variables that it runs with, and whoever uses it from a shell.
    told: Mapping[str, str] = field(default_factory=dict)

    @property
    def origin(self) -> str:
        return str(self.demo["url"])

    def client(self, slug: str) -> Client:
        """A client of this organisation with a session of its own."""
        told = next(each for each in self.demo["clients"] if each["org_slug"] == slug)
        return Client(self.origin, told)

    def visitor(self) -> Client:
        """Somebody without a token."""
        return Client(self.origin, {})


def until(condition: Callable[[], bool], limit: float = LIMIT) -> None:
    """Ask again and again until ``condition`` holds; an AssertionError when it never does."""
    end = time.monotonic() + limit
    while not condition():
        assert time.monotonic() < end, "it never came to be"
        time.sleep(0.03)


def patience() -> float:
    """By how much a limit of time is stretched because others use this machine's cores, too."""
    return max(1.0, os.getloadavg()[0] / (os.cpu_count() or 1))


def environment(var: Path, port: int, **more: str) -> dict[str, str]:
    """What a shell would hand on, but no setting of Art28 save these."""
    plain = {name: value for name, value in os.environ.items() if not name.startswith("ART28_")}
    # All tests ask from one address; those that are about limits set them again.
    limits = {
        f"ART28_LIMIT_{name}": "0" for name in ("ADDRESS", "COSTLY", "CLIENT", "ORGANISATION")
    }
    return {**plain, **limits, "ART28_VAR": str(var), "ART28_PORT": str(port), **more}


def command(profile: str) -> list[str]:
    return [sys.executable, "-m", f"deploy.{profile}"]


@contextmanager
def running(profile: str, var: Path, **told: str) -> Iterator[Running]:
    """``profile`` (``embedded`` or ``processes``), ready, with its data in ``var``; ``told``:
    further variables of its environment.

    It is asked to stop at the end, unless it has ended already, and must leave no process.
    """
    with subprocess.Popen(
        command(profile),
        cwd=ROOT,
        env=environment(var, free_ports(PORTS), **told),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        # As a terminal does it: a group of its own, which Ctrl-C reaches as a whole.
        start_new_session=True,
    ) as process:
        try:
            started = Running(profile, process, var, until_ready(process), told=told)
            started.demo = json.loads((var / "demo.json").read_text("utf-8"))
            # What it prints from here on is read, or it would block when the pipe is full.
            assert process.stdout is not None
            threading.Thread(target=process.stdout.read, daemon=True).start()
            yield started
        finally:
            process.terminate()
            try:
                process.wait(TIMEOUT)
            except subprocess.TimeoutExpired:
                process.kill()
                raise
        assert processes_of(var) == {}
