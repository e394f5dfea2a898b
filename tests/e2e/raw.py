"""Bytes to a gunicorn of our own, with nothing in front, and what it answers."""

from __future__ import annotations

import base64
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from werkzeug.datastructures import Headers

from deploy.profile import ROOT
from tests.mongod import free_port

WAIT = 30.0
KEY = base64.b64encode(b"k" * 32).decode()


@dataclass(frozen=True)
class Answer:
    status: int
    headers: Headers
    body: bytes


def exchange(port: int, sent: bytes) -> Answer | None:
    """What is answered to ``sent`` after which nothing more comes; None when it is nothing."""
    with socket.create_connection(("127.0.0.1", port), timeout=WAIT) as connection:
        connection.sendall(sent)
        connection.shutdown(socket.SHUT_WR)
        return answer_of(connection.makefile("rb").read())


def answer_of(raw: bytes) -> Answer | None:
    if not raw:
        return None
    head, _, body = raw.partition(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    headers = Headers(
        [(name, value.strip()) for name, _, value in (x.partition(":") for x in lines)]
    )
    return Answer(int(first.split()[1]), headers, body[: int(headers["Content-Length"])])


@contextmanager
def gunicorn(mongo_url: str, prefix: str) -> Iterator[int]:
    """All six apps as gunicorn serves them; the port."""
    port = free_port()
    own = {
        "ART28_BIND": f"127.0.0.1:{port}", "ART28_MONGO_URL": mongo_url,
        "ART28_DB_PREFIX": prefix, "ART28_ORIGIN": f"http://127.0.0.1:{port}",
        "ART28_SERVICE_KEY": KEY, "ART28_SECRETS_KEY": KEY,
        "ART28_LOG_LEVEL": "error",
    }  # fmt: skip
    plain = {name: value for name, value in os.environ.items() if not name.startswith("ART28_")}
    command = [sys.executable, "-m", "gunicorn", "-c", "deploy/gunicorn.conf.py"]
    with subprocess.Popen(
        [*command, "deploy.wsgi:application"], cwd=ROOT, env={**plain, **own}
    ) as process:
        try:
            _until_it_listens(process, port)
            yield port
        finally:
            process.terminate()
            process.wait(WAIT)


def _until_it_listens(process: subprocess.Popen[bytes], port: int) -> None:
    end = time.monotonic() + WAIT * 2
    while time.monotonic() < end and process.poll() is None:
        try:
            found = exchange(port, b"GET /identity/healthz HTTP/1.0\r\nHost: a\r\n\r\n")
        except OSError:
            found = None
        if found and found.status == 200:
            return
        time.sleep(0.05)
    raise AssertionError("gunicorn never came up")
