"""A wrong setting stops the start of a real process: one line that names it, and an exit code."""

from __future__ import annotations

import base64
import os
import socket
import subprocess
import sys

import pytest

from deploy.profile import ROOT
from tests.mongod import free_port

KEY = base64.b64encode(bytes(32)).decode()
WORKER = ("deploy.worker", "notices.dispatcher")
WEB = ("gunicorn", "--config", "deploy/gunicorn.conf.py", "deploy.wsgi:application")


def started(mongo_url: str, module: tuple[str, ...], wrong: dict[str, str]) -> tuple[int, str]:
    """The exit code, and all that was printed."""
    settings = {
        "ART28_MONGO_URL": mongo_url,
        "ART28_DB_PREFIX": "test_wrong_settings",
        "ART28_SERVICE_KEY": KEY,
        "ART28_SECRETS_KEY": KEY,
        "ART28_BIND": f"127.0.0.1:{free_port()}",
    }
    ended = subprocess.run(
        [sys.executable, "-m", *module],
        cwd=ROOT,
        env={**os.environ, **settings, **wrong},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=60,
        check=False,
    )
    return ended.returncode, ended.stdout


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("ART28_LEASE_SECONDS", "30", "more than twice ART28_ATTEMPT_SECONDS (15), not 30."),
        ("ART28_RETRY_SECONDS", "0,five", "whole numbers of seconds, separated by commas."),
        ("ART28_RETRY_SECONDS", "0,-5", "whole numbers of seconds, separated by commas."),
        ("ART28_RETRY_SECONDS", "", "whole numbers of seconds, separated by commas."),
        ("ART28_RETRY_SECONDS", ",".join("0" * 21), "2 to 20 attempts."),
        ("ART28_ENDPOINT_RATE", "0", "is 1 to 1000000, not 0."),
        ("ART28_EGRESS_ALLOW", "10.0.0.0/99", "does not appear to be an IPv4 or IPv6 network."),
        ("ART28_WORKER_METRICS_PORT", "65536", "is 0 to 65535, not 65536."),
    ],
)
def test_a_worker_does_not_start(mongo_url: str, name: str, value: str, told: str) -> None:
    code, screen = started(mongo_url, WORKER, {name: value})

    assert code == 1
    assert screen.startswith(f"art28: {name}")
    assert screen.endswith(f"{told}\n")
    assert len(screen.splitlines()) == 1


@pytest.mark.parametrize(
    ("name", "value"),
    [("ART28_LEASE_SECONDS", "30"), ("ART28_EGRESS_ALLOW", "home"), ("ART28_APPS", "billing")],
)
def test_a_web_process_does_not_start(mongo_url: str, name: str, value: str) -> None:
    code, screen = started(mongo_url, WEB, {name: value})

    assert code == 1
    assert screen.startswith(f"art28: {name}")
    assert len(screen.splitlines()) == 1


def test_a_port_for_metrics_that_is_in_use_stops_the_worker(mongo_url: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = str(other.getsockname()[1])
        code, screen = started(mongo_url, WORKER, {"ART28_WORKER_METRICS_PORT": port})

    assert code == 1
    assert screen == (
        f"art28: ART28_WORKER_METRICS_PORT: port {port} cannot be used: Address already in use.\n"
    )
