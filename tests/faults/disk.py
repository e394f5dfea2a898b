"""A disk so small that it fills."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

MIB = 1024 * 1024


@dataclass(frozen=True)
class Disk:
    path: Path

    @property
    def filler(self) -> Path:
        return self.path / "filler"

    def fill(self) -> None:
        """Take all that is left, as somebody else's files would."""
        with self.filler.open("wb") as file:
            while free := shutil.disk_usage(self.path).free:
                os.posix_fallocate(file.fileno(), file.seek(0, os.SEEK_END), free)

    def is_full(self) -> bool:
        return shutil.disk_usage(self.path).free < MIB // 16

    def clear(self) -> None:
        self.filler.unlink()

    def grow(self, mib: int) -> None:
        """Make it that large."""
        mount("-o", f"remount,size={mib}m", str(self.path))


@contextmanager
def small_disk(path: Path, mib: int) -> Iterator[Disk]:
    """A file system of its own, in memory; without the right to mount one, the test is skipped."""
    path.mkdir()
    try:
        mount("-t", "tmpfs", "-o", f"size={mib}m,mode=0700", "art28-small-disk", str(path))
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("a small disk cannot be mounted here: that takes root (CAP_SYS_ADMIN)")
    try:
        yield Disk(path)
    finally:
        subprocess.run(["umount", "--lazy", str(path)], check=True)  # noqa: S607  As in any shell.


def mount(*words: str) -> None:
    subprocess.run(["mount", *words], check=True, stderr=subprocess.DEVNULL)  # noqa: S607  Same.
