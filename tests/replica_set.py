"""A real replica set on loopback, which ends with the process that started it."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from deploy.checks import StartError, require_free_port
from deploy.mongod import HOST, accepts, command, find_binary, members_of, url, why_it_stopped
from deploy.parent_death import bound_to_parent
from deploy.replica import initiate


@dataclass(frozen=True)
class ReplicaSet:
    """A running replica set; it ends with the process that started it."""

    url: str
    ports: tuple[int, ...]
    processes: tuple[subprocess.Popen[bytes], ...]

    def stop(self) -> None:
        """Shut all members down and wait for their ends."""
        for process in self.processes:
            process.send_signal(signal.SIGTERM)
        for process in self.processes:
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def start_replica_set(
    path: Path, port: int, members: int = 1, *, cache_gb: float = 0.25, limit: float = 60.0
) -> ReplicaSet:
    """Start `members` mongod on `port` and the ports above it, and wait for a primary.

    Raises StartError when no mongod is found, a port is taken, or one of them ends again.
    """
    binary = find_binary()
    ports = tuple(range(port, port + members))
    processes: list[subprocess.Popen[bytes]] = []
    try:
        for number in ports:
            require_free_port(HOST, number, "MongoDB")
            processes.append(_spawn(binary, path / f"mongo-{number - port}", number, cache_gb))
        _wait_until_they_listen(processes, path, ports, limit)
        initiate(members_of(ports), limit=limit)
    except BaseException:
        ReplicaSet("", ports, tuple(processes)).stop()
        raise
    return ReplicaSet(url(members_of(ports)), ports, tuple(processes))


def _spawn(binary: Path, folder: Path, port: int, cache_gb: float) -> subprocess.Popen[bytes]:
    folder.mkdir(parents=True, exist_ok=True)
    words = command(binary, folder, port, folder.with_suffix(".log"), cache_gb=cache_gb)
    # mongod keeps the real clock: it would remove at any moment what is fresh on a test's own day.
    words += ("--setParameter", "ttlMonitorEnabled=false")
    return subprocess.Popen(
        bound_to_parent(words, os.getpid()),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )


def _wait_until_they_listen(
    processes: Sequence[subprocess.Popen[bytes]], path: Path, ports: Sequence[int], limit: float
) -> None:
    end = time.monotonic() + limit
    for index, (process, port) in enumerate(zip(processes, ports, strict=True)):
        while not accepts(port):
            if process.poll() is not None:
                log = path / f"mongo-{index}.log"
                raise StartError(why_it_stopped(log, process.returncode))
            if time.monotonic() > end:
                raise StartError(f"mongod did not answer on port {port} within {limit:.0f} s.")
            time.sleep(0.02)
