"""Processes that a benchmark starts, and their ends."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from deploy.mongod import accepts


@contextmanager
def ending(process: subprocess.Popen[bytes]) -> Iterator[subprocess.Popen[bytes]]:
    """The process, ended with the block, kindly at first."""
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(40)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


@contextmanager
def resting(pids: Sequence[int]) -> Iterator[None]:
    """These processes do nothing meanwhile: what is compared takes turns, and who waits for its
    turn looks for work ten times a second."""
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for pid in pids:
            os.kill(pid, signal.SIGCONT)


def wait_until(what: Callable[[], object], limit: float, why: str, every: float = 0.02) -> None:
    """Look every so many seconds; ``TimeoutError`` with ``why`` after ``limit`` seconds."""
    end = time.monotonic() + limit
    while not what():
        if time.monotonic() > end:
            raise TimeoutError(why)
        time.sleep(every)


def wait_for_port(port: int) -> None:
    wait_until(lambda: accepts(port), 20, f"nothing listens on port {port}")
