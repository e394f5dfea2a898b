"""`make run` as its user sees it: ready, found again, stopped, and refused in one line."""

from __future__ import annotations

import os
import signal
import socket
from pathlib import Path
from typing import Any

import pytest
from pymongo import MongoClient

from deploy.mongod import members_of, url
from deploy.profile import MONGO_OFFSET
from tests.integration.deploy.profiles import (
    FILL,
    LIMIT,
    launched,
    processes_of,
    until_ready,
    wait_for_no_process,
)
from tests.mongod import free_ports

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_stops_everything_cleanly(tmp_path: Path, number: signal.Signals) -> None:
    with launched(tmp_path, free_ports(12)) as art28:
        screen = until_ready(art28)
        art28.send_signal(number)

        assert art28.wait(LIMIT) == 0
    assert "Sample data, once" in screen
    assert "/p/tempus-serva" in screen
    assert processes_of(tmp_path) == {}


def test_a_second_start_finds_its_data(tmp_path: Path) -> None:
    # On other ports, too: the replica set moves with its folder.
    for expected in (True, False):
        with launched(tmp_path, free_ports(12)) as art28:
            assert ("Sample data" in until_ready(art28)) is expected
            art28.terminate()
            assert art28.wait(LIMIT) == 0


def test_sample_data_that_was_half_loaded_is_loaded_anew(tmp_path: Path) -> None:
    breaking = FILL + "raise SystemExit('the loader broke')"
    with launched(tmp_path, free_ports(12), breaking) as broken:
        screen, _ = broken.communicate(timeout=LIMIT)
        assert broken.returncode == 1
    assert screen.splitlines()[-1] == "art28: the loader broke"

    with launched(tmp_path, free_ports(12)) as art28:
        assert "Sample data, once" in until_ready(art28)


def test_a_first_start_that_came_to_nothing_is_begun_anew(tmp_path: Path) -> None:
    # The services may have written something before one of them failed.
    with launched(tmp_path, free_ports(12), f"{FILL} import time; time.sleep(600)") as killed:
        assert killed.stdout is not None
        for line in killed.stdout:
            if "Services and loops" in line:
                break
        killed.kill()
        wait_for_no_process(tmp_path)

    with launched(tmp_path, free_ports(12)) as art28:
        assert "Sample data, once" in until_ready(art28)


def test_a_kill_of_the_supervisor_leaves_no_process(tmp_path: Path) -> None:
    with launched(tmp_path, free_ports(12)) as art28:
        until_ready(art28)
        assert len(processes_of(tmp_path)) >= 3

        art28.kill()

        wait_for_no_process(tmp_path)


def test_a_stop_during_the_start_leaves_no_process(tmp_path: Path) -> None:
    with launched(tmp_path, free_ports(12), "import time; time.sleep(600)") as art28:
        assert art28.stdout is not None
        for line in art28.stdout:
            if "Services and loops" in line:
                break
        art28.terminate()

        assert art28.wait(LIMIT) == 0
    assert processes_of(tmp_path) == {}


def test_a_mongod_that_was_killed_is_started_again_with_its_data(tmp_path: Path) -> None:
    port = free_ports(12)
    with launched(tmp_path, port) as art28:
        until_ready(art28)
        [killed] = [pid for pid, words in processes_of(tmp_path).items() if "--dbpath" in words]
        os.kill(killed, signal.SIGKILL)

        assert art28.stdout is not None
        assert "mongod ended with signal SIGKILL" in art28.stdout.readline()
        with MongoClient[dict[str, Any]](url(members_of([port + MONGO_OFFSET]))) as client:
            assert client["art28_identity"]["organisations"].find_one()
        art28.terminate()
        assert art28.wait(LIMIT) == 0
    assert processes_of(tmp_path) == {}


def test_a_process_that_ends_is_started_again(tmp_path: Path) -> None:
    with launched(tmp_path, free_ports(12)) as art28:
        until_ready(art28)
        web = [pid for pid, words in processes_of(tmp_path).items() if "http.server" in words]
        os.kill(web[0], signal.SIGKILL)

        assert art28.stdout is not None
        assert "web ended with signal SIGKILL" in art28.stdout.readline()
        art28.terminate()
        assert art28.wait(LIMIT) == 0


def test_a_port_in_use_is_one_line_and_an_exit_code(tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with launched(tmp_path, port) as art28:
            screen, _ = art28.communicate(timeout=LIMIT)

    assert art28.returncode == 1
    assert screen.startswith(f"art28: Port {port} on 127.0.0.1 (the web server) cannot be used")
    assert len(screen.splitlines()) == 1


def test_a_second_start_on_the_same_folder_is_refused(tmp_path: Path) -> None:
    with launched(tmp_path, free_ports(12)) as first:
        until_ready(first)
        with launched(tmp_path, free_ports(12)) as second:
            screen, _ = second.communicate(timeout=LIMIT)

        assert second.returncode == 1
        assert f"already runs on the data folder {tmp_path} (process {first.pid})" in screen
