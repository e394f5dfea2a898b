"""A database of its own for what is killed, with the product's sample data in it."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from deploy.profile import ROOT
from deploy.seed import SAMPLE, load
from tests.clock import now
from tests.faults.database import ReplicaSet, three_running
from tests.faults.tally import ROW, Counts, Tally, row, table
from tests.faults.world import World
from tests.mongod import free_port
from tests.receiver import receiving
from tests.replica_set import start_replica_set
from tests.stack import Stack


@pytest.fixture
def stride(request: pytest.FixtureRequest) -> int:
    """1 when faults are what is asked for (`make faults`): every point of death, one by one.

    Otherwise 2, for half the time: after one write is where before the next is.
    """
    return 1 if "faults" in str(request.config.option.markexpr) else 2


@pytest.fixture
def tally(record_property: Callable[[str, object], None]) -> Iterator[Tally]:
    """Adds a row to the table of faults; the numbers are taken when the test has ended."""
    counting: list[tuple[str, Callable[[], Counts]]] = []
    yield lambda fault, count: counting.append((fault, count))
    for fault, count in counting:
        record_property(ROW, row(fault, count()))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print the table, unless nothing was counted."""
    reports = [each for kind in terminalreporter.stats.values() for each in kind]
    # What a test tells at its end is in the report on its teardown.
    ended = [each for each in reports if getattr(each, "when", "") == "teardown"]
    rows = [told for each in ended for name, told in each.user_properties if name == ROW]
    if rows:
        terminalreporter.section("faults")
        terminalreporter.write_line(table(rows))


@pytest.fixture(scope="module")
def replica_set(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ReplicaSet]:
    """A database of three members."""
    with three_running(tmp_path_factory.mktemp("three")) as made:
        yield made


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    replica_set = start_replica_set(tmp_path_factory.mktemp("mongod"), free_port())
    try:
        with receiving() as receiver, killable() as zygote:
            stack = Stack(replica_set.url, "test_faults")
            stack.now = now()
            clients = load(
                stack.must,
                stack.vouch,
                stack.admin,
                json.loads(Path(SAMPLE).read_text("utf-8")),
                stack.now.date(),
            )
            by_slug = {each["org_slug"]: each for each in clients}
            yield World(stack, by_slug, receiver, zygote)
    finally:
        replica_set.stop()


def killable() -> subprocess.Popen[str]:
    """The process that forks those who die."""
    return subprocess.Popen(
        [sys.executable, "-m", "tests.faults.killed"],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
