"""The commands of the README and of the guide run as written and print what they promise.

In a promised output, days, instants and seconds stand for any.
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
FIRST_DAY = (ROOT / "deploy/guide/first-day.md").read_text("utf-8")
# In the order in which a reader meets them.
PAGES = {"README.md": README, "first-day.md": FIRST_DAY}


def blocks_of(page: str) -> list[tuple[str, str]]:
    """Each block of bash in a page with the output it promises, or an empty text."""
    blocks = re.findall(r"```bash\n(.*?)```\n(?:\n```text\n(.*?)```)?", page, re.DOTALL)
    assert len(blocks) == page.count("```bash")
    return blocks


def timeless(text: str) -> str:
    text = re.sub(r"T\d\d:\d\d:\d\d\.\d{3}Z", "T<time>Z", text)
    text = re.sub(r"\d{4}-\d\d-\d\d", "<day>", text)
    return re.sub(r"\b\d+\.\d s\b", "<seconds>", text)


def run(script: str, art28: Running) -> str:
    """Run ``script`` in bash and return its output; processes it leaves running are ended."""
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
    var: Path = tmp_path_factory.mktemp("pages")
    day = other_days().get(request.param)
    with running("embedded", var, **(living_in(day, now()) if day else {})) as started:
        yield started


def test_the_blocks_of_all_pages_in_a_row_print_what_they_promise(fresh: Running) -> None:
    for name, page in PAGES.items():
        blocks = blocks_of(page)
        script = f"\necho -n '{END_OF_BLOCK}'\n".join(commands for commands, _ in blocks)

        outputs = run(script, fresh).split(END_OF_BLOCK)

        assert len(outputs) == len(blocks)
        for (commands, promised), output in zip(blocks, outputs, strict=True):
            assert timeless(output) == timeless(promised), (name, commands)


def test_the_first_day_promises_each_outcome_of_the_main_job() -> None:
    promised = "".join(output for _, output in blocks_of(FIRST_DAY))

    outcomes = ("409", "announced", "signature good", "excluded", "blocked_until", "allowed")
    for word in (*outcomes, "application/pdf", "verified"):
        assert word in promised


def test_every_output_that_the_first_day_shows_is_compared() -> None:
    compared = sum(bool(promised) for _, promised in blocks_of(FIRST_DAY))

    assert compared == FIRST_DAY.count("```text")


def test_the_start_looks_as_shown(fresh: Running) -> None:
    screen = fresh.screen.replace(fresh.origin, "http://127.0.0.1:8280")
    screen = screen.replace(str(fresh.var), "var")

    shown = re.search(r"```text\n(Art28, embedded profile\n.*?)```", README, re.DOTALL)

    assert shown
    assert timeless(screen).startswith(timeless(shown[1]))
