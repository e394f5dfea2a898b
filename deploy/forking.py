"""Runs `python -m MODULE ...` in a fork of this process, which has imported what it needs.

What was imported before the fork lies in memory once for all children, until one of them writes
to it. So a child costs little more than what it makes itself, and starts at once.

The process that forks may have threads, as long as a child needs none of the locks that they hold
at that moment: the one thread of the supervisor moves bytes from pipes to files.
"""

from __future__ import annotations

import gc
import os
import runpy
import signal
import subprocess
import sys
import time
import traceback
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from typing import TextIO

from deploy.parent_death import end_with, name_process

_CHECK_EVERY = 0.01
_FILES = Path("/dev/fd")


class Forked:
    """A child that was forked: what the supervisor uses of `subprocess.Popen`."""

    def __init__(self, pid: int) -> None:
        self.pid = pid
        self.returncode: int | None = None

    def poll(self) -> int | None:
        """Return the exit code, -9 for SIGKILL; None while the child runs."""
        if self.returncode is None:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                self.returncode = os.waitstatus_to_exitcode(status)
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """Wait for the end and return the exit code. Raises subprocess.TimeoutExpired."""
        end = time.monotonic() + timeout if timeout is not None else None
        while (code := self.poll()) is None:
            if end is not None and time.monotonic() > end:
                raise subprocess.TimeoutExpired(f"process {self.pid}", timeout or 0.0)
            time.sleep(_CHECK_EVERY)
        return code

    def send_signal(self, number: int) -> None:
        """Send a signal, unless the child has ended."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        """End the child at once."""
        self.send_signal(signal.SIGKILL)


def preload(modules: Iterable[str]) -> None:
    """Import what children will need, and keep the garbage collector off it: it would write to
    every object, and what a child writes to is copied for it."""
    for module in modules:
        import_module(module)
    gc.collect()
    gc.freeze()


def fork(
    name: str, command: Sequence[str], environment: Mapping[str, str], output: int, root: Path
) -> Forked:
    """Start `python -m MODULE ...` in a session of its own, in the folder `root`.

    It writes to the file `output`, is called `name` in the list of processes, and ends with the
    process that forked it.
    """
    parent = os.getpid()
    pid = os.fork()
    if pid:
        return Forked(pid)
    code = 1
    try:
        _detach(output)
        end_with(parent)
        name_process(name)
        os.chdir(root)
        os.environ.clear()
        os.environ.update(environment)
        code = _run(command)
    except BaseException:  # noqa: BLE001  A child ends here, as Python itself would end.
        traceback.print_exc()
    finally:
        os._exit(code)


def _detach(output: int) -> None:
    """Leave the parent's session, signal handlers and open files."""
    os.setsid()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(output, 1)
    os.dup2(output, 2)
    for file in [int(each.name) for each in _FILES.iterdir()]:
        if file > 2:
            with suppress(OSError):  # The one that listed them is closed already.
                os.close(file)
    sys.stdout, sys.stderr = _text(1), _text(2)


def _text(file: int) -> TextIO:
    return open(file, "w", 1, "utf-8", "backslashreplace", closefd=False)


def _run(command: Sequence[str]) -> int:
    """Run the module as `__main__`; return the exit code that Python would end with."""
    module, words = command[2], command[3:]
    sys.argv[1:] = words
    try:
        runpy.run_module(module, run_name="__main__", alter_sys=True)
    except SystemExit as end:
        if isinstance(end.code, int | None):
            return end.code or 0
        print(end.code, file=sys.stderr)
        return 1
    return 0
