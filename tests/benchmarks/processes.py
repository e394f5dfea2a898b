"""Processes that a benchmark starts, and their ends."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable, Iterator
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


def wait_until(what: Callable[[], object], limit: float, why: str, every: float = 0.02) -> None:
    """Look every so many seconds; ``TimeoutError`` with ``why`` after ``limit`` seconds."""
    end = time.monotonic() + limit
    while not what():
        if time.monotonic() > end:
            raise TimeoutError(why)
        time.sleep(every)


def wait_for_port(port: int) -> None:
    wait_until(lambda: accepts(port), 20, f"nothing listens on port {port}")
