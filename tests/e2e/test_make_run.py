"""Starting and stopping as a user does it, with the real services: data kept, no process left."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.profile import ROOT
from tests.clock import today
from tests.e2e.running import TIMEOUT, Running, command, environment, patience, running
from tests.e2e.story import PROCESSOR, REGISTER, draft
from tests.integration.deploy.profiles import processes_of
from tests.mongod import free_port, free_ports

pytestmark = pytest.mark.slow

SECOND_START = 8.0
# What several processes share counts less where more of them run: alone, 409 were measured.
MOST_MIB = 450
PROFILES = ("embedded", "processes")


def seconds(screen: str) -> float:
    told = re.search(r"Ready after ([0-9.]+) s\.", screen)
    assert told, screen
    return float(told[1])


def head(started: Running) -> tuple[int, str]:
    page = started.visitor().must("GET", f"/p/{PROCESSOR}.json")["processor"]
    return page["sequence"], page["head_hash"]


def test_a_second_start_is_quick_and_finds_what_was_there(tmp_path: Path) -> None:
    with running("embedded", tmp_path) as first:
        vendor = first.client(PROCESSOR)
        body = draft(today(), in_days=60)
        made = vendor.must("POST", f"{REGISTER}/changes", json=body)
        vendor.must("POST", f"{REGISTER}/changes/{made['id']}/announce")
        assert memory_of(first) < MOST_MIB
        demo, before = dict(first.demo), head(first)
        assert_secrets_are_kept(first)
        first.process.send_signal(signal.SIGTERM)
        assert first.process.wait(TIMEOUT) == 0
        assert processes_of(tmp_path) == {}

    with running("embedded", tmp_path) as second:
        assert "Sample data" not in second.screen
        assert seconds(second.screen) < SECOND_START * patience()
        # On other ports, but with the same clients and the same history.
        assert second.demo["clients"] == demo["clients"]
        second.demo = {**demo, "url": origin(second)}
        assert head(second) == before
        assert second.client(PROCESSOR).must("GET", f"{REGISTER}/changes/{made['id']}")
        os.killpg(second.process.pid, signal.SIGINT)
        assert second.process.wait(TIMEOUT) == 0
        assert processes_of(tmp_path) == {}


def memory_of(started: Running) -> float:
    """MiB of all processes but `mongod`; what several share counts once."""
    ids = [id_ for id_, words in processes_of(started.var).items() if "mongod" not in words]
    rollups = [Path(f"/proc/{id_}/smaps_rollup").read_text() for id_ in ids]
    return (
        sum(int(re.findall(r"^Pss: +(\d+) kB", text, re.MULTILINE)[0]) for text in rollups) / 1024
    )


def assert_secrets_are_kept(started: Running) -> None:
    """Only their owner reads the files of secrets, and no log or screen shows one."""
    for name in ("demo.json", "service.key", "secrets.key"):
        assert (started.var / name).stat().st_mode & 0o077 == 0, name
    logs = "".join(path.read_text("utf-8") for path in (started.var / "log").glob("*.log"))
    secrets = [each["client_secret"] for each in started.demo["clients"]]
    assert not [each for each in secrets if each in logs + started.screen]


def origin(started: Running) -> str:
    told = re.search(r"(http://\S+)/p/", started.screen)
    assert told, started.screen
    return told[1]


def refusal(profile: str, var: Path, port: int, **more: str) -> str:
    """The one line that a start which cannot be leaves on the screen."""
    ended = subprocess.run(
        command(profile),
        cwd=ROOT,
        env=environment(var, port, **more),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=TIMEOUT,
        check=False,
    )
    assert ended.returncode != 0
    assert len(ended.stdout.splitlines()) == 1, ended.stdout
    assert ended.stdout.startswith("art28: ")
    return ended.stdout


@pytest.fixture
def taken() -> Iterator[int]:
    """A port that somebody else listens on."""
    first = free_ports(21)
    with socket.socket() as other:
        other.bind(("127.0.0.1", first))
        other.listen()
        yield first


@pytest.mark.parametrize("profile", PROFILES)
def test_a_port_in_use_is_one_line(profile: str, taken: int, tmp_path: Path) -> None:
    assert f"Port {taken} on 127.0.0.1" in refusal(profile, tmp_path, taken)


@pytest.mark.parametrize("profile", PROFILES)
def test_a_mongod_that_is_not_there_is_one_line(profile: str, tmp_path: Path) -> None:
    line = refusal(profile, tmp_path, free_port(), ART28_MONGOD="/nowhere/mongod")

    assert "/nowhere/mongod" in line


@pytest.mark.parametrize("profile", PROFILES)
def test_a_data_folder_that_cannot_be_is_one_line(profile: str, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")

    assert str(tmp_path / "file") in refusal(profile, tmp_path / "file" / "var", free_port())


@pytest.mark.parametrize("profile", PROFILES)
@pytest.mark.parametrize("port", ["abc", "0", "70000", "-1"])
def test_a_port_that_is_none_is_one_line(profile: str, port: str, tmp_path: Path) -> None:
    assert "ART28_PORT" in refusal(profile, tmp_path, 0, ART28_PORT=port)


def test_a_setting_that_is_wrong_ends_the_start_and_is_named(tmp_path: Path) -> None:
    ended = subprocess.run(
        command("embedded"),
        cwd=ROOT,
        env=environment(tmp_path, free_ports(21), ART28_LOG_LEVEL="loud"),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert ended.returncode == 1
    [line] = ended.stderr.splitlines()
    assert "ART28_LOG_LEVEL must be one of" in line
    assert processes_of(tmp_path) == {}
    assert not (tmp_path / "demo.json").exists()
