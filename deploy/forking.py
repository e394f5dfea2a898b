"""Runs `python -m MODULE ...` in a fork of this process, which has imported the modules already.

All children share the memory of modules imported before the fork; a page of it is copied only
when a process writes to it. So a child needs little memory of its own, and starts at once.

A fork copies no threads, but it copies the locks that they hold. The supervisor may fork all the
same: its other thread only moves bytes from pipes to files, and a child needs none of its locks.
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
_OPEN_FILES = Path("/dev/fd")


class Forked:
    """A forked child, with the part of `subprocess.Popen` that the supervisor uses."""

    def __init__(self, pid: int) -> None:
        self.pid = pid
        self.returncode: int | None = None

    def poll(self) -> int | None:
        """Return the exit code, -N after death by signal N; None while the child runs."""
        if self.returncode is None:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                self.returncode = os.waitstatus_to_exitcode(status)
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """Wait until the child ends, and return its exit code.

        Raises subprocess.TimeoutExpired after `timeout` seconds.
        """
        deadline = time.monotonic() + timeout if timeout is not None else None
        while (code := self.poll()) is None:
            if deadline is not None and time.monotonic() > deadline:
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
    """Import modules that children will need, and exempt them from garbage collection.

    The collector writes to every object that it visits, which would copy the shared memory.
    """
    for module in modules:
        import_module(module)
    gc.collect()
    gc.freeze()


def fork(
    name: str, command: Sequence[str], environment: Mapping[str, str], output: int, root: Path
) -> Forked:
    """Start `python -m MODULE ...` in a session of its own, in the folder `root`.

    The child writes to the file descriptor `output`, appears as `name` in lists of processes, and
    gets SIGTERM when this process ends.
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
    except BaseException:  # noqa: BLE001  The child must not return into the parent's code.
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
    for descriptor in [int(path.name) for path in _OPEN_FILES.iterdir()]:
        if descriptor > 2:
            with suppress(OSError):  # The descriptor of the listing itself is closed already.
                os.close(descriptor)
    sys.stdout, sys.stderr = _text(1), _text(2)


def _text(descriptor: int) -> TextIO:
    """Return a line-buffered text stream, as Python's own stdout and stderr."""
    return open(descriptor, "w", 1, "utf-8", "backslashreplace", closefd=False)


def _run(command: Sequence[str]) -> int:
    """Run the module as `__main__`, and return the exit code as `python -m` would."""
    module, arguments = command[2], command[3:]
    sys.argv[1:] = arguments
    try:
        runpy.run_module(module, run_name="__main__", alter_sys=True)
    except SystemExit as exit_:
        if isinstance(exit_.code, int | None):
            return exit_.code or 0
        print(exit_.code, file=sys.stderr)
        return 1
    return 0
