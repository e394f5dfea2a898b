"""A log that cannot be written is nobody's error, and goes on when it can."""

from __future__ import annotations

import base64
import io
import json
import logging
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from prometheus_client import REGISTRY

from deploy.server_log import Lines
from shared.logs import Unfailing

ROOT = Path(__file__).parents[3]

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


def lines_of(program: str) -> list[dict[str, Any]]:
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=ROOT
    )
    return [json.loads(line) for line in done.stderr.splitlines()]


LIBRARY = """
import logging
from shared.logs import configure
configure("info", "json")
logging.getLogger("pymongo.client").info("nothing that matters")
logging.getLogger("gunicorn.error").warning("Worker %s exiting", 12)
try:
    raise ValueError("no\\nline of its own")
except ValueError:
    logging.getLogger("urllib3").exception("It failed.")
"""


def test_what_a_library_logs_is_an_event_like_every_other() -> None:
    warned, failed = lines_of(LIBRARY)
    assert (warned["event"], warned["level"]) == ("library.logged", "warning")
    assert (warned["logger"], warned["message"]) == ("gunicorn.error", "Worker 12 exiting")
    assert "ValueError: no" in failed["exception"]


STARTING = """
from shared.process import prepare
from shared.settings import Common
prepare(["registry.clock"], Common.from_env())
"""


def test_a_process_says_that_it_has_started_and_what_it_serves(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("ART28_SERVICE_KEY", "ART28_SECRETS_KEY"):
        monkeypatch.setenv(name, base64.b64encode(bytes(32)).decode())
    monkeypatch.setenv("ART28_MONGO_URL", "mongodb://127.0.0.1:1")
    (started,) = lines_of(STARTING)
    assert (started["event"], started["serves"]) == ("process.started", ["registry.clock"])
    monkeypatch.setenv("ART28_LOG_LEVEL", "warning")
    assert lines_of(STARTING) == []


def test_the_masters_lines_have_the_same_form() -> None:
    record = logging.LogRecord("gunicorn.error", logging.ERROR, "", 1, "a %s", ("b",), None)
    line = json.loads(Lines().format(record))
    assert (line["event"], line["level"], line["message"]) == ("server.logged", "error", "a b")
