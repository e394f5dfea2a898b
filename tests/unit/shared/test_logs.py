"""A log that cannot be written is nobody's error, and goes on when it can."""

from __future__ import annotations

import io
import os
import subprocess
import sys

from prometheus_client import REGISTRY

from shared.logs import Unfailing

DROPPED = "art28_log_lines_dropped_total"
SAY = """
import structlog, sys
from shared.logs import configure
configure("info", "json")
log = structlog.get_logger()
for number in range(1000):
    log.warning("thing.happened", number=number)
print("went on")
"""


class Disk(io.StringIO):
    """A stream on a disk that can be full."""

    full = False

    def flush(self) -> None:
        if self.full:
            raise OSError(28, "No space left on device")


def test_a_line_that_cannot_be_written_is_dropped_and_counted() -> None:
    disk = Disk()
    stream, before = Unfailing(disk), REGISTRY.get_sample_value(DROPPED) or 0
    disk.full = True

    for _ in range(3):
        stream.write("lost\n")

    assert (REGISTRY.get_sample_value(DROPPED) or 0) - before == 3


def test_the_first_line_that_fits_again_says_how_many_did_not() -> None:
    disk = Disk()
    stream = Unfailing(disk)
    disk.full = True
    stream.write("lost\n")
    disk.full = False
    disk.truncate(0)
    disk.seek(0)

    stream.write("kept\n")
    stream.write("kept, too\n")

    assert disk.getvalue() == "1 lines before this one were not written.\nkept\nkept, too\n"


def test_a_process_whose_log_is_full_goes_on() -> None:
    with open("/dev/full", "w") as full:  # noqa: PTH123  A device, not a path of ours.
        done = subprocess.run(
            [sys.executable, "-c", SAY], stdout=subprocess.PIPE, stderr=full, env=dict(os.environ),
            check=False,
        )  # fmt: skip

    assert done.stdout == b"went on\n"
