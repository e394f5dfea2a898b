"""From an empty installation to a published list with a feed, by the page's own commands."""

from __future__ import annotations

import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from deploy.profile import ROOT
from tests.e2e.running import PORTS, TIMEOUT, Running, command, environment
from tests.e2e.test_pages import END_OF_BLOCK, RECEIVER_OFFSET, blocks_of, run, timeless
from tests.integration.deploy.profiles import processes_of, until_ready
from tests.mongod import free_ports

pytestmark = pytest.mark.slow

PAGE = (ROOT / "deploy/guide/own-register.md").read_text("utf-8")
TEN_MINUTES = 600.0


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[Running]:
    """The embedded profile without sample data, with the page's mail server."""
    port = free_ports(PORTS)
    mail = f"smtp://127.0.0.1:{port + RECEIVER_OFFSET}"
    told = {"ART28_SAMPLE": "no", "ART28_SMTP_URL": mail, "ART28_MAIL_FROM": "art28@localhost"}
    with subprocess.Popen(
        command("embedded"),
        cwd=ROOT,
        env=environment(tmp_path, port, **told),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    ) as process:
        try:
            screen = until_ready(process)
            assert process.stdout is not None
            threading.Thread(target=process.stdout.read, daemon=True).start()
            demo = {"url": f"http://127.0.0.1:{port}"}
            yield Running("embedded", process, tmp_path, screen, demo, told)
        finally:
            process.terminate()
            process.wait(TIMEOUT)
    assert processes_of(tmp_path) == {}


def test_an_empty_installation_has_a_published_list_within_ten_minutes(
    empty: Running, record_property: Any
) -> None:
    blocks = blocks_of(PAGE)
    begun = time.monotonic()

    script = f"\necho -n '{END_OF_BLOCK}'\n".join(commands for commands, _ in blocks)
    outputs = run(script, empty).split(END_OF_BLOCK)

    seconds = time.monotonic() - begun
    record_property("seconds", round(seconds, 1))
    assert len(outputs) == len(blocks)
    for (commands, promised), output in zip(blocks, outputs, strict=True):
        assert timeless(output) == timeless(promised), commands
    assert seconds < TEN_MINUTES


def test_an_empty_start_names_no_sample(empty: Running) -> None:
    assert "Sample data" not in empty.screen
    assert "make admin EMAIL=" in empty.screen
    assert not (empty.var / "demo.json").exists()
    page = empty.visitor().ask("GET", "/p/tempus-serva")
    assert page.status_code == 404
