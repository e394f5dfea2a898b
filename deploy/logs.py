"""The output of children, in files that turn over by size; a full disk harms no child.

A child writes into a pipe; a thread of the supervisor brings its output into the file. So a child
never meets a full disk, and a file is moved aside between two lines, with any writer.
"""

from __future__ import annotations

import os
import selectors
import threading
from contextlib import suppress
from itertools import pairwise
from pathlib import Path

LARGEST = 10 * 1024 * 1024
# Older files of one log, beside the current one: `web.log.1` is the youngest.
KEPT = 3
_CHUNK = 64 * 1024


class LogFile:
    """One log. Lines that the disk does not take are dropped, and the next one says how many."""

    def __init__(self, path: Path, largest: int = LARGEST, kept: int = KEPT) -> None:
        self._path, self._largest, self._kept = path, largest, kept
        self._size = path.stat().st_size if path.exists() else 0
        self._dropped, self._cut = 0, False

    def write(self, output: bytes) -> None:
        """Add output of a child; never raises."""
        note = f"{self._dropped} lines before this one could not be written.\n".encode()
        if self._dropped and self._appended(note) == len(note):
            self._dropped = 0
        self._dropped += output[self._appended(output) :].count(b"\n")
        # Turn over between two lines, unless a line does not end.
        if self._size >= self._largest and (
            output.endswith(b"\n") or self._size >= 2 * self._largest
        ):
            self._turn_over()

    def _appended(self, output: bytes) -> int:
        """Return how many bytes of it the disk has taken."""
        # The next line must not be joined to half a line.
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
    """The pipe from one child to its log; it ends when no process holds its other end."""

    def __init__(self, file: LogFile) -> None:
        self.file = file
        self.read_fd, self.write_fd = os.pipe()
        self._ended = threading.Event()

    def started(self) -> None:
        """Close our copy of the other end, which the child has now."""
        os.close(self.write_fd)

    def take(self) -> bool:
        """Move available output to the log; False at the end."""
        output = os.read(self.read_fd, _CHUNK)
        if output:
            self.file.write(output)
        return bool(output)

    def end(self) -> None:
        os.close(self.read_fd)
        self._ended.set()

    def wait(self, seconds: float) -> None:
        """Wait until all output of the child is in the log, at most so many seconds."""
        self._ended.wait(seconds)


class Outputs:
    """A thread that moves the output of all children into their logs."""

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
        """Return the pipe for a child of this name; call ``started`` once it runs."""
        if name not in self._files:
            self._files[name] = LogFile(self.path_of(name))
            # The end of a child is announced with its log, so the file exists even if it is empty.
            self._files[name].write(b"")
        file = self._files[name]
        output = Output(file)
        self._new.append(output)
        os.write(self._wake_write, b".")
        return output

    def stop(self) -> None:
        """Move the remaining output of children that have ended; take no more afterwards."""
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
