"""Runs the launcher with stand-ins for the services: `python -m ... VAR PORT [SAMPLE_COMMAND]`."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from deploy import launch
from deploy.mongod import accepts
from deploy.profile import ROOT, Profile
from deploy.supervisor import Process

LIMIT = 30.0
FILL = (
    "import os, pymongo; c = pymongo.MongoClient(os.environ['ART28_MONGO_URL']);"
    "assert not c['art28_identity']['organisations'].find_one();"
    "c['art28_identity']['organisations'].insert_one({'slug': 'tempus-serva'}); c.close();"
)


@contextmanager
def launched(var: Path, port: int, sample: str = FILL) -> Iterator[subprocess.Popen[str]]:
    """Start the stand-in profile; whatever is left of it is killed at the end."""
    command = [sys.executable, "-m", "tests.integration.deploy.profiles", str(var), str(port)]
    with subprocess.Popen(
        [*command, sample],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env={**os.environ, "ART28_VAR": str(var), "ART28_PORT": str(port)},
    ) as started:
        try:
            yield started
        finally:
            if started.poll() is None:
                started.kill()


def until_ready(started: subprocess.Popen[str]) -> str:
    """Return the screen up to the line that says how to stop."""
    assert started.stdout is not None
    lines: list[str] = []
    for line in started.stdout:
        lines.append(line)
        if line.startswith("Ctrl-C"):
            return "".join(lines)
    raise AssertionError(f"it ended: {''.join(lines)}")


def processes_of(var: Path) -> dict[int, str]:
    """Return the processes, by id, that were told of this data folder: `name: command`."""
    mark, found = f"ART28_VAR={var}\0".encode(), {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if mark in (folder / "environ").read_bytes() + b"\0":
                words = (folder / "cmdline").read_text().replace("\0", " ")
                found[int(folder.name)] = f"{(folder / 'comm').read_text().strip()}: {words}"
        except OSError:
            continue
    return found


def wait_for_no_process(var: Path) -> None:
    """Wait until nothing that was told of this folder runs, or fail naming what does."""
    end = time.monotonic() + LIMIT
    while left := processes_of(var):
        assert time.monotonic() < end, left
        time.sleep(0.02)


def main() -> int:
    var, port, sample = Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
    profile = Profile.from_env({**os.environ, "ART28_VAR": str(var)}, var="var", members=1)
    server = [sys.executable, "-m", "http.server", "--bind", "127.0.0.1", str(port)]
    plan = launch.Plan(
        title="stand-in",
        processes=lambda: [Process("web", tuple(server), ready=lambda: accepts(port))],
        ports=[(port, "the web server")],
        sample=(sys.executable, "-c", sample),
    )
    return launch.run(profile, plan)


if __name__ == "__main__":
    sys.exit(main())
