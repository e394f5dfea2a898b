"""The output of children in files that turn over by size and that no full disk can hurt.

A child writes into a pipe; a thread of the supervisor takes it from there to the file. So a child
never meets a disk that is full, and a file is moved aside between two lines, whoever writes.
"""

from __future__ import annotations

import os
import selectors
import threading
from contextlib import suppress
from itertools import pairwise
from pathlib import Path

LARGEST = 10 * 1024 * 1024
# Older files of one log, besides the one that is written: `web.log.1` is the youngest.
KEPT = 3
_CHUNK = 64 * 1024


class LogFile:
    """One log. Lines the disk does not take are dropped; the first one that fits says how many."""

    def __init__(self, path: Path, largest: int = LARGEST, kept: int = KEPT) -> None:
        self._path, self._largest, self._kept = path, largest, kept
        self._size = path.stat().st_size if path.exists() else 0
        self._dropped, self._cut = 0, False

    def write(self, output: bytes) -> None:
        """Add what a child wrote; never raises."""
        note = f"{self._dropped} lines before this one could not be written.\n".encode()
        if self._dropped and self._appended(note) == len(note):
            self._dropped = 0
        self._dropped += output[self._appended(output) :].count(b"\n")
        # Between two lines, unless there is no end of one.
        if self._size >= self._largest and (
            output.endswith(b"\n") or self._size >= 2 * self._largest
        ):
            self._turn_over()

    def _appended(self, output: bytes) -> int:
        """How many bytes of it the disk has taken."""
        # Half a line that was taken must not swallow the next one.
        start = b"\n" if self._cut else b""
        try:
            with self._path.open("ab", buffering=0) as file:
                written = max(0, (file.write(start + output) or 0) - len(start))
        except OSError:
            return 0
        self._size += written
        self._cut = 0 < written < len(output)
        return written

    def _turn_over(self) -> None:
        names = [self._path.name, *(f"{self._path.name}.{n}" for n in range(1, self._kept + 1))]
        paths = [self._path.with_name(name) for name in names]
        with suppress(OSError):
            for younger, older in reversed(list(pairwise(paths))):
                if younger.exists():
                    younger.replace(older)
            self._size = 0


class Output:
    """The way from one child to its log; ends when nobody holds the other end any more."""

    def __init__(self, file: LogFile) -> None:
        self.file = file
        self.read_fd, self.write_fd = os.pipe()
        self._ended = threading.Event()

    def started(self) -> None:
        """The child has the other end now, and we let go of it."""
        os.close(self.write_fd)

    def take(self) -> bool:
        """Bring over what is there; False at the end."""
        output = os.read(self.read_fd, _CHUNK)
        if output:
            self.file.write(output)
        return bool(output)

    def end(self) -> None:
        os.close(self.read_fd)
        self._ended.set()

    def wait(self, seconds: float) -> None:
        """Wait until all that the child wrote is in the log, but no longer than this."""
        self._ended.wait(seconds)


class Outputs:
    """A thread that brings the output of all children into their logs."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._selector = selectors.DefaultSelector()
        self._files: dict[str, LogFile] = {}
        self._new: list[Output] = []
        self._wake_read, self._wake_write = os.pipe()
        self._selector.register(self._wake_read, selectors.EVENT_READ)
        self._stopped = False
        self._thread = threading.Thread(target=self._run, name="logs", daemon=True)
        self._thread.start()

    def path_of(self, name: str) -> Path:
        return self._folder / f"{name}.log"

    def open(self, name: str) -> Output:
        """Return where a child of this name is to write; call ``started`` once it runs."""
        if name not in self._files:
            self._files[name] = LogFile(self.path_of(name))
            # What ends is announced with its log: the file is there though nothing was written.
            self._files[name].write(b"")
        file = self._files[name]
        output = Output(file)
        self._new.append(output)
        os.write(self._wake_write, b".")
        return output

    def stop(self) -> None:
        """Bring over what is left of children that have ended; nothing is taken after it."""
        self._stopped = True
        os.write(self._wake_write, b".")
        self._thread.join(5)

    def _run(self) -> None:
        while True:
            ready = self._selector.select(0 if self._stopped else None)
            if self._stopped and not ready:
                return
            for key, _ in ready:
                self._take(key)

    def _take(self, key: selectors.SelectorKey) -> None:
        if key.fd == self._wake_read:
            os.read(self._wake_read, _CHUNK)
            while self._new:
                output = self._new.pop(0)
                self._selector.register(output.read_fd, selectors.EVENT_READ, output)
        elif not key.data.take():
            self._selector.unregister(key.fd)
            key.data.end()
