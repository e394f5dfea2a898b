"""Runs a command that ends when the process that started it ends, even by `kill -9`.

    python -I -S deploy/parent_death.py PARENT_PID COMMAND [WORD ...]

A program of its own instead of `preexec_fn`: that is not safe in a process with threads (Python
documentation, subprocess). The setting survives `execve` (prctl(2), PR_SET_PDEATHSIG).
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys
from pathlib import Path

_PR_SET_PDEATHSIG, _PR_SET_NAME = 1, 15


def end_with(parent: int, signal_number: int = signal.SIGTERM) -> None:
    """Ask the kernel to send `signal_number` to this process when its parent ends.

    Does nothing where there is no prctl (not Linux).
    """
    if not sys.platform.startswith("linux"):
        return
    ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, int(signal_number), 0, 0, 0)
    # A parent that ended before the call sends no signal any more.
    if os.getppid() != parent:
        sys.exit(1)


def name_process(name: str) -> None:
    """Call this process `name` in the list of processes, where there is prctl; 15 characters."""
    if sys.platform.startswith("linux"):
        ctypes.CDLL(None).prctl(_PR_SET_NAME, name.encode()[:15], 0, 0, 0)


def bound_to_parent(command: tuple[str, ...], parent: int) -> list[str]:
    """Return the words that start `command` so that it ends with the process `parent`."""
    return [sys.executable, "-I", "-S", str(Path(__file__).resolve()), str(parent), *command]


if __name__ == "__main__":
    end_with(int(sys.argv[1]))
    try:
        os.execvp(sys.argv[2], sys.argv[2:])  # noqa: S606 - no shell is what we want
    except OSError as error:
        sys.exit(f"{sys.argv[2]}: {error.strerror}")
