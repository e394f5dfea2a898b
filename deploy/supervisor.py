"""Starts child processes, starts them again when they fail, and stops them all.

Every child leads a process group of its own: Ctrl-C in the terminal reaches only the supervisor,
and processes that a child leaves behind can be ended with it. Imports little: it stays in memory.
"""

from __future__ import annotations

import os
import select
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from deploy.checks import StartError, how_it_ended
from deploy.forking import Forked, fork
from deploy.logs import LogFile, Output, Outputs
from deploy.parent_death import bound_to_parent

_CHECK_EVERY = 0.1
_HEALTHY_AFTER = 60.0
_LONGEST_PAUSE = 30.0
# After so many ends in a row (a minute and a half) of a vital child everything is stopped.
_MOST_FAILURES = 8
# How long to wait until the last output of a child is in its log.
_LAST_WORDS = 1.0
# A worker first ends its open webhook attempts, each of which may take 15 s.
WORKER_STOPS = 25.0


@dataclass(frozen=True)
class Process:
    """One child: its command, its settings beside the common environment, when it is ready."""

    name: str
    command: tuple[str, ...]
    environment: Mapping[str, str] = field(default_factory=dict)
    ready: Callable[[], bool] = lambda: True
    # Says in one line why the child ended, from its exit code; None: name, code and log.
    explain: Callable[[int], str] | None = None
    # Every other child needs it: it is stopped last, and if it keeps ending, everything stops.
    vital: bool = False
    stop_seconds: float = 10.0
    # `python -m ...` runs in a fork of the supervisor, which has imported what it needs.
    forked: bool = False


Started = subprocess.Popen[bytes] | Forked


@dataclass(eq=False)
class _Child:
    process: Process
    popen: Started
    output: Output
    started_at: float
    failures: int = 0
    restart_at: float | None = None


class StopRequest:
    """A request to stop, made by a signal handler and awaited by the code that it interrupts.

    `threading.Event` would hang: the handler runs in the thread that waits, and if that thread
    holds the lock of the event at that moment, `set` waits for the lock forever.
    """

    def __init__(self) -> None:
        self._is_made = False
        self._read_fd, self._write_fd = os.pipe()
        os.set_blocking(self._write_fd, False)

    def set(self) -> None:
        """Make the request; a signal handler or another thread may call it."""
        self._is_made = True
        with suppress(BlockingIOError):
            os.write(self._write_fd, b".")

    def wait(self, seconds: float) -> bool:
        """Rest for `seconds`, or until the request is made; return whether it is made."""
        if not self._is_made:
            select.select([self._read_fd], [], [], seconds)
        return self._is_made


class Supervisor:
    """Runs processes until a stop is requested; `say` gets each line that the user should see."""

    def __init__(
        self,
        *,
        root: Path,
        logs: Path,
        environment: Mapping[str, str],
        say: Callable[[str], None],
    ) -> None:
        self.stop_wanted = StopRequest()
        self._root, self._logs, self._say = root, logs, say
        self._environment = dict(environment)
        self._children: list[_Child] = []
        logs.mkdir(parents=True, exist_ok=True)
        self._outputs = Outputs(logs)

    def set_environment(self, more: Mapping[str, str]) -> None:
        """Add to the environment of the children started from now on."""
        self._environment.update(more)

    def log_of(self, name: str) -> Path:
        """Return the file that a child's output goes to."""
        return self._outputs.path_of(name)

    def start(self, process: Process) -> None:
        """Start a child and keep it running from now on."""
        self._children.append(_Child(process, *self._spawn(process), time.monotonic()))

    def wait_ready(self, limit: float) -> None:
        """Wait until all children are ready.

        Raises StartError when one ends, when `limit` seconds pass, or when a stop is requested.
        """
        end = time.monotonic() + limit
        waiting = [child for child in self._children if not child.process.ready()]
        while waiting:
            for child in waiting:
                if child.popen.poll() is not None:
                    raise StartError(self._why(child))
            if time.monotonic() > end:
                names = ", ".join(child.process.name for child in waiting)
                raise StartError(f"Not ready after {limit:.0f} s: {names} (logs: {self._logs}/).")
            self._wait(0.03, but=waiting)
            waiting = [child for child in waiting if not child.process.ready()]

    def run_once(self, name: str, command: Sequence[str]) -> str:
        """Run a program to its end and return what it printed.

        Raises StartError with its last line when it fails, KeyboardInterrupt on a stop request.
        """
        popen = subprocess.Popen(
            bound_to_parent(tuple(command), os.getpid()),
            cwd=self._root,
            env=self._environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )
        try:
            output, errors = self._output_of(popen)
        except BaseException:
            _end_group(popen, signal.SIGKILL)
            popen.communicate()
            raise
        LogFile(self.log_of(name)).write(errors.encode())
        if popen.returncode != 0:
            last = errors.strip().splitlines()[-1:] or [f"exit code {popen.returncode}"]
            raise StartError(last[0])
        return output.strip()

    def _output_of(self, popen: subprocess.Popen[bytes]) -> list[str]:
        while True:
            self._wait(0.0)
            try:
                streams = popen.communicate(timeout=_CHECK_EVERY)
            except subprocess.TimeoutExpired:
                continue
            return [stream.decode("utf-8", "replace") for stream in streams]

    def _wait(self, seconds: float, but: Sequence[_Child] = ()) -> None:
        """Wait, and restart children meanwhile; raises KeyboardInterrupt on a stop request."""
        for child in self._children:
            if child not in but:
                self._restart_if_ended(child)
        if self.stop_wanted.wait(seconds):
            raise KeyboardInterrupt

    def watch(self) -> None:
        """Keep the children running until a stop is requested.

        Raises StartError when a vital child keeps ending.
        """
        with suppress(KeyboardInterrupt):
            while True:
                self._wait(_CHECK_EVERY)

    def _restart_if_ended(self, child: _Child) -> None:
        now = time.monotonic()
        if child.restart_at is None:
            if child.popen.poll() is None:
                return
            _end_group(child.popen, signal.SIGKILL)
            child.failures = 0 if now - child.started_at > _HEALTHY_AFTER else child.failures
            pause = min(0.5 * 2**child.failures, _LONGEST_PAUSE)
            child.failures += 1
            if child.process.vital and child.failures >= _MOST_FAILURES:
                raise StartError(f"{self._why(child)} It was started {child.failures} times.")
            child.restart_at = now + pause
            self._say(f"{self._why(child)} Starting it again in {pause:g} s.")
        elif now >= child.restart_at:
            (child.popen, child.output), child.started_at = self._spawn(child.process), now
            child.restart_at = None

    def stop(self) -> None:
        """End all children, the last started first; returns when none is left."""
        children = list(reversed(self._children))
        for vital in (False, True):
            group = [child for child in children if child.process.vital is vital]
            for child in group:
                if child.popen.poll() is None:
                    child.popen.send_signal(signal.SIGTERM)
            for child in group:
                _wait_or_kill(child)
        self._children.clear()
        self._outputs.stop()

    def _spawn(self, process: Process) -> tuple[Started, Output]:
        output = self._outputs.open(process.name)
        try:
            return self._started(process, output.write_fd), output
        finally:
            output.started()

    def _started(self, process: Process, output: int) -> Started:
        environment = {**self._environment, **process.environment}
        if process.forked:
            return fork(process.name, process.command, environment, output, self._root)
        return subprocess.Popen(
            bound_to_parent(process.command, os.getpid()),
            cwd=self._root,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )

    def _why(self, child: _Child) -> str:
        code = child.popen.wait()
        child.output.wait(_LAST_WORDS)
        if child.process.explain is not None:
            return child.process.explain(code)
        name = child.process.name
        return f"{name} ended with {how_it_ended(code)} (log: {self.log_of(name)})."


def _wait_or_kill(child: _Child) -> None:
    try:
        child.popen.wait(child.process.stop_seconds)
    except subprocess.TimeoutExpired:
        child.popen.kill()
        child.popen.wait()
    _end_group(child.popen, signal.SIGKILL)


def _end_group(popen: Started, signal_number: int) -> None:
    try:
        os.killpg(popen.pid, signal_number)
    except (ProcessLookupError, PermissionError):
        return
