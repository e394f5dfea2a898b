"""The README's main job runs as it is written and prints what it says.

In an output shown there, days, instants and seconds stand for any.
"""

from __future__ import annotations

import os
import re
import signal
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from deploy.profile import ROOT
from tests.clock import now
from tests.e2e.running import Running, environment, running
from tests.shifted.days import Day, living_in

pytestmark = pytest.mark.slow

LIMIT = 120
# Between the ports of the services and those of MongoDB there is one that no profile uses.
RECEIVER_OFFSET = 10
END_OF_BLOCK = "#### end of block\n"
README = (ROOT / "README.md").read_text("utf-8")


def main_job() -> list[tuple[str, str]]:
    """Each block of commands under "The main job" with the output it promises, or an empty text."""
    section = README.split("\n## The main job\n")[1].split("\n## ")[0]
    found = re.findall(r"```bash\n(.*?)```\n(?:\n```text\n(.*?)```)?", section, re.DOTALL)
    assert len(found) == section.count("```bash")
    assert sum(bool(promised) for _, promised in found) == section.count("```text")
    return found


def timeless(text: str) -> str:
    text = re.sub(r"T\d\d:\d\d:\d\d\.\d{3}Z", "T<time>Z", text)
    text = re.sub(r"\d{4}-\d\d-\d\d", "<day>", text)
    return re.sub(r"\b\d+\.\d s\b", "<seconds>", text)


def run(script: str, art28: Running) -> str:
    """Run ``script`` in bash; what it printed. Whatever it left running is ended."""
    port = urlsplit(art28.origin).port or 0
    printed = art28.var / "printed.txt"
    with (
        printed.open("w") as output,
        subprocess.Popen(
            ["/usr/bin/env", "bash", "-euo", "pipefail", "-c", script],
            cwd=ROOT,
            env=environment(
                art28.var, port, RECEIVER_PORT=str(port + RECEIVER_OFFSET), **art28.told
            ),
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        ) as bash,
    ):
        try:
            assert bash.wait(LIMIT) == 0, printed.read_text()
        finally:
            with suppress(ProcessLookupError):
                os.killpg(bash.pid, signal.SIGKILL)
    return printed.read_text()


def other_days() -> dict[str, Day]:
    """Years away, and at hours when the day of the machine is not the day in UTC."""
    at, year = now().replace(minute=30), timedelta(days=365)
    return {
        "two years back": Day(at.replace(hour=13) - 2 * year, "Pacific/Auckland"),
        "a year ahead": Day(at.replace(hour=4) + year, "America/Los_Angeles"),
        "five years ahead": Day(at.replace(hour=23) + 5 * year),
    }


@pytest.fixture(scope="module", params=["today", *other_days()])
def fresh(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Running]:
    """The embedded profile with nothing in it but the sample data, today and on other days."""
    var: Path = tmp_path_factory.mktemp("readme")
    day = other_days().get(request.param)
    with running("embedded", var, **(living_in(day, now()) if day else {})) as started:
        yield started


def test_it_works(fresh: Running) -> None:
    blocks = main_job()
    script = f"\necho -n '{END_OF_BLOCK}'\n".join(commands for commands, _ in blocks)

    printed = run(script, fresh).split(END_OF_BLOCK)

    assert len(printed) == len(blocks)
    for (commands, promised), came in zip(blocks, printed, strict=True):
        assert timeless(came) == timeless(promised), commands


def test_the_main_job_promises_each_of_its_outcomes() -> None:
    promised = "".join(output for _, output in main_job())

    for word in ("409", "announced", "signature good", "excluded", "blocked_until", "allowed",
                 "application/pdf", "verified"):  # fmt: skip
        assert word in promised


def test_the_start_looks_as_shown(fresh: Running) -> None:
    screen = fresh.screen.replace(fresh.origin, "http://127.0.0.1:8280")
    screen = screen.replace(str(fresh.var), "var")

    shown = re.search(r"```text\n(Art28, embedded profile\n.*?)```", README, re.DOTALL)

    assert shown
    assert timeless(screen).startswith(timeless(shown[1]))
