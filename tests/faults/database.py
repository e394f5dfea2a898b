"""Databases that a test ends, starves and starts again."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pymongo import MongoClient
from pymongo.errors import PyMongoError

from deploy.mongod import accepts, command, find_binary, members_of, url
from deploy.parent_death import bound_to_parent
from deploy.replica import initiate
from tests.faults.load import Load, until
from tests.mongod import free_ports

# A journal in small pieces, so that little writing fills a small disk.
SMALL = ("--wiredTigerEngineConfigString", "log=(file_max=2MB,prealloc=false)")


@dataclass
class Database:
    """``folder`` holds its data; the log lies beside, for it must not fill the same disk."""

    folder: Path
    log: Path
    port: int
    process: subprocess.Popen[bytes]

    @property
    def url(self) -> str:
        return url(members_of([self.port]))

    def is_dead(self) -> bool:
        return self.process.poll() is not None

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()

    def start_again(self) -> None:
        self.process = spawn(self.folder, self.log, self.port)


@dataclass
class ReplicaSet:
    """Three members, of which any may be ended."""

    members: tuple[Database, ...]
    client: MongoClient[dict[str, Any]]

    @property
    def url(self) -> str:
        return url(members_of([each.port for each in self.members]))

    def step_down(self) -> None:
        """Let another member be the primary."""
        until(self._steps_down)

    def _steps_down(self) -> bool:
        try:
            self.client.admin.command("replSetStepDown", 10, secondaryCatchUpPeriodSecs=5)
        except PyMongoError as error:
            # The one that steps down may close the connection before it answers.
            return "not primary" not in str(error) and "catch up" not in str(error)
        return True

    def primary(self) -> Database:
        until(lambda: bool(self.client.admin.command("ping")) and self.client.primary is not None)
        assert self.client.primary
        port = self.client.primary[1]
        return next(each for each in self.members if each.port == port)

    def kill_primary(self) -> Database:
        """The member that was killed."""
        found = self.primary()
        found.kill()
        return found


@contextmanager
def running(folder: Path, log: Path) -> Iterator[Database]:
    """A database of one member, ready for transactions."""
    with _members(folder, log, 1) as (database,):
        yield database


@contextmanager
def three_running(folder: Path) -> Iterator[ReplicaSet]:
    """A database of three members, ready for transactions."""
    with _members(folder / "data", folder / "mongod.log", 3) as members:
        addresses = url(members_of([each.port for each in members]))
        client: MongoClient[dict[str, Any]] = MongoClient(addresses, serverSelectionTimeoutMS=5_000)
        yield ReplicaSet(members, client)
        client.close()


@contextmanager
def _members(folder: Path, log: Path, count: int) -> Iterator[tuple[Database, ...]]:
    first = free_ports(count)
    members: list[Database] = []
    try:
        for port in range(first, first + count):
            home = folder if count == 1 else folder / str(port)
            home.mkdir(exist_ok=True, parents=True)
            members.append(Database(home, log, port, spawn(home, log, port)))
        until(lambda: all(accepts(each.port) for each in members))
        initiate(members_of([each.port for each in members]))
        yield tuple(members)
    finally:
        for each in members:
            each.kill()


def spawn(folder: Path, log: Path, port: int) -> subprocess.Popen[bytes]:
    words = (*command(find_binary(), folder, port, log, cache_gb=0.25), *SMALL)
    return subprocess.Popen(
        bound_to_parent(words, os.getpid()),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        cwd=log.parent,
    )


def lose_primaries(database: ReplicaSet, load: Load) -> Database:
    """Step the primary down, kill the next one, and let notices go on after each; the one that was
    killed."""
    load.wait_for_more()
    database.step_down()
    load.lapse()
    load.wait_for_more()
    killed = database.kill_primary()
    load.lapse()
    load.wait_for_more()
    return killed
