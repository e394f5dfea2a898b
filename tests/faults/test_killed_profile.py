"""`kill -9` of each process of a running profile, and logs that nobody can write."""

from __future__ import annotations

import json
import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from deploy.processes import PROCFILE, parse
from tests.e2e.running import Running, running
from tests.integration.deploy.profiles import processes_of

pytestmark = [pytest.mark.slow, pytest.mark.faults]

LIMIT = 90.0
PAGE = "/p/tempus-serva"
# The name or the command of each process; the supervisor is none of them.
EMBEDDED = {
    "mongod": "--dbpath",
    "edge": "caddy",
    "web": "web: ",
    "readers": "readers: ",
    "sending": "worker: ",
    "jobs": "worker-jobs: ",
}
LOGS = ("web", "readers", "worker", "worker-jobs")


@pytest.fixture(scope="module")
def embedded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with running("embedded", tmp_path_factory.mktemp("embedded")) as started:
        yield started


@pytest.fixture(scope="module")
def services(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with running("processes", tmp_path_factory.mktemp("services")) as started:
        yield started


def pids(started: Running, words: str) -> set[int]:
    """The processes of a profile that have these words in name and command."""
    found = processes_of(started.var)
    return {pid for pid, told in found.items() if words in told and pid != started.process.pid}


def is_served(started: Running) -> bool:
    """Whether the page, a file and the API answer as they did before."""
    try:
        page = started.visitor().ask("GET", PAGE)
        file = started.visitor().ask("GET", f"{PAGE}.json")
        me = started.client("nordbo").ask("GET", "/portal/v1/me")
    except (OSError, AssertionError):
        return False
    return (page.status_code, file.status_code, me.status_code) == (200, 200, 200)


def until_served(started: Running) -> None:
    end = time.monotonic() + LIMIT
    while not is_served(started):
        assert started.process.poll() is None, "the supervisor has ended"
        assert time.monotonic() < end, "it was not served again"
        time.sleep(0.2)


def until_back(started: Running, words: str, killed: set[int]) -> None:
    """Until as many such processes run as were killed, none of them one of those."""
    end = time.monotonic() + LIMIT
    while len(pids(started, words) - killed) < len(killed):
        assert time.monotonic() < end, f"{words} did not come back"
        time.sleep(0.1)


def changes(started: Running) -> list[str]:
    found = started.client("tempus-serva").must(
        "GET", "/registry/v1/processors/tempus-serva/changes?limit=200"
    )
    return sorted(each["id"] for each in found["items"])


def add_draft(started: Running) -> str:
    body = {"kind": "add", "effective_on": "2099-01-01", "reason": "A trial.",
            "sub_processor": {"legal_name": "Example Ltd", "country": "DK"}}  # fmt: skip
    path = "/registry/v1/processors/tempus-serva/changes"
    return str(started.client("tempus-serva").must("POST", path, json=body)["id"])


def logged(started: Running, name: str) -> list[dict[str, Any]]:
    """The lines of a process, each of which must be one JSON object."""
    text = (started.var / "log" / f"{name}.log").read_text("utf-8")
    return [json.loads(line) for line in text.splitlines()]


def test_every_process_says_in_one_form_what_it_serves(services: Running) -> None:
    until_served(services)
    lines = parse(PROCFILE.read_text("utf-8"))
    assert len(lines) > 15

    for line in lines:
        events = logged(services, line.name)
        started = [each for each in events if each["event"] == "process.started"]
        apps, loops = line.environment.get("ART28_APPS"), line.command[3:]
        assert started[0]["serves"] == (apps.split(",") if apps else list(loops)), line.name
        assert all(each["timestamp"] and each["level"] for each in events), line.name


@pytest.mark.parametrize("name", EMBEDDED)
def test_each_process_of_the_embedded_profile_comes_back(embedded: Running, name: str) -> None:
    until_served(embedded)
    kept = add_draft(embedded)
    killed = pids(embedded, EMBEDDED[name])
    assert killed

    for pid in killed:
        os.kill(pid, signal.SIGKILL)

    until_back(embedded, EMBEDDED[name], killed)
    until_served(embedded)
    assert kept in changes(embedded)


@pytest.mark.parametrize("words", ["mongo-0", "mongo-1", "mongo-2", "caddy", "gunicorn", "worker"])
def test_the_services_profile_goes_on_without_what_is_killed(services: Running, words: str) -> None:
    until_served(services)
    kept = add_draft(services)
    killed = pids(services, words)
    assert killed

    for pid in killed:
        os.kill(pid, signal.SIGKILL)

    until_back(services, words, killed)
    until_served(services)
    assert kept in changes(services)


def test_logs_that_cannot_be_written_change_no_answer(tmp_path: Path) -> None:
    logs = tmp_path / "log"
    logs.mkdir()
    for name in (
        "mongo-0",
        "edge",
        "web",
        "readers",
        "worker",
        "worker-jobs",
        "database",
        "sample-data",
    ):
        (logs / f"{name}.log").symlink_to("/dev/full")

    with running("embedded", tmp_path) as started:
        until_served(started)
        assert started.visitor().ask("GET", "/nowhere").status_code == 404
        assert started.visitor().ask("GET", "/healthz").status_code == 200
        assert add_draft(started) in changes(started)
