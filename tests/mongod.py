"""One real mongod per test run, shared by all workers of pytest-xdist.

The controlling process owns it, for any worker may be the first to end. A test that needs it and
finds no binary fails with the line a user would see; nothing is ever skipped.
"""

from __future__ import annotations

import os
import random
import re
import shutil
import socket
import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from deploy.checks import StartError
from tests.replica_set import ReplicaSet, start_replica_set

_PREFIX = "art28-tests-"
_running: list[tuple[ReplicaSet, Path]] = []


def free_ports(count: int) -> int:
    """Return the first of `count` neighbouring ports that nothing uses at this moment.

    They lie below the range from which the kernel takes the ports of outgoing connections: one of
    those could be gone before the server under test has started.
    """
    while True:
        first = random.randrange(20_000, 32_000)
        with ExitStack() as stack:
            try:
                for port in range(first, first + count):
                    probe = stack.enter_context(socket.socket())
                    probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return first


def free_port() -> int:
    """Return one such port."""
    return free_ports(1)


def start() -> str:
    """Start the one mongod of this process, unless it runs, and return its address."""
    if not _running:
        memory = Path("/dev/shm")  # noqa: S108 - mkdtemp makes a folder nobody else can read
        parent = memory if os.access(memory, os.W_OK) else Path(tempfile.gettempdir())
        _remove_what_killed_runs_left(parent)
        folder = Path(tempfile.mkdtemp(prefix=f"{_PREFIX}{os.getpid()}-", dir=parent))
        try:
            _running.append((start_replica_set(folder, free_port()), folder))
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise
    return _running[0][0].url


def _remove_what_killed_runs_left(parent: Path) -> None:
    for folder in parent.glob(f"{_PREFIX}*"):
        owner = re.match(rf"{_PREFIX}(\d+)-", folder.name)
        if owner and not Path(f"/proc/{owner[1]}").exists():
            shutil.rmtree(folder, ignore_errors=True)


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Tell each xdist worker where the one mongod is, or why there is none."""
    told = node.workerinput
    try:
        told["mongo_url"], told["mongo_error"] = start(), ""
    except StartError as error:
        told["mongo_url"], told["mongo_error"] = "", str(error)


def pytest_unconfigure() -> None:
    """Stop what this process started."""
    while _running:
        replica_set, folder = _running.pop()
        replica_set.stop()
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def mongod(request: pytest.FixtureRequest) -> str:
    """The address of the test run's mongod."""
    told = getattr(request.config, "workerinput", None)
    if told is None:
        try:
            return start()
        except StartError as error:
            pytest.fail(str(error), pytrace=False)
    if told["mongo_error"]:
        pytest.fail(told["mongo_error"], pytrace=False)
    return str(told["mongo_url"])
