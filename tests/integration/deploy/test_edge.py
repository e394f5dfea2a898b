"""The edge sends each path to its service, and answers its own refusals in our form."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import ExitStack
from http.client import HTTPConnection, HTTPResponse
from socketserver import ThreadingMixIn
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import pytest

from deploy import edge
from deploy.mongod import accepts
from deploy.profile import ROOT
from deploy.wsgi import NAMES
from tests.mongod import free_port

pytestmark = pytest.mark.slow


class Quiet(WSGIRequestHandler):
    def log_message(self, *_: object) -> None: ...


class Threaded(ThreadingMixIn, WSGIServer):
    daemon_threads = True


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    folder, port = tmp_path_factory.mktemp("edge"), free_port()
    with ExitStack() as stack:
        upstreams = {}
        for name in NAMES:

            def app(environ: dict[str, str], start: object, name: str = name) -> list[bytes]:
                start("200 OK", [("Content-Type", "text/plain")])
                return [f"{name} {environ['PATH_INFO']} {environ['HTTP_HOST']}".encode()]

            server = make_server("127.0.0.1", 0, app, Threaded, Quiet)
            threading.Thread(target=server.serve_forever, args=(0.02,)).start()
            stack.callback(server.server_close)
            stack.callback(server.shutdown)
            upstreams[name] = f"127.0.0.1:{server.server_port}"
        # The portal is away: nobody listens there.
        upstreams["portal"] = f"127.0.0.1:{free_port()}"
        process = stack.enter_context(
            subprocess.Popen(
                [sys.executable, "-m", "deploy.edge"],
                cwd=ROOT,
                env={
                    **os.environ,
                    **edge.addresses(upstreams),
                    "ART28_VAR": str(folder),
                    "ART28_PORT": str(port),
                },
                start_new_session=True,
            )
        )
        stack.callback(process.terminate)
        while not accepts(port):
            assert process.poll() is None
        yield port


def get(port: int, path: str, body: bytes | None = None) -> tuple[HTTPResponse, str]:
    connection = HTTPConnection("127.0.0.1", port, timeout=10)
    connection.request("GET" if body is None else "POST", path, body)
    answer = connection.getresponse()
    text = answer.read().decode()
    connection.close()
    return answer, text


@pytest.mark.parametrize(
    ("path", "service"),
    [
        ("/identity/v1/token", "identity"),
        ("/agreements/v1/agreements", "agreements"),
        ("/registry", "registry"),
        ("/notices/healthz", "notices"),
        ("/p/tempus-serva", "public"),
        ("/identityx", "public"),
        ("/.well-known/security.txt", "public"),
        ("/", "public"),
    ],
)
def test_each_path_reaches_its_service_unchanged(port: int, path: str, service: str) -> None:
    assert get(port, path)[1] == f"{service} {path} 127.0.0.1:{port}"


def test_a_service_that_is_away_is_a_problem_with_a_time_to_retry(port: int) -> None:
    answer, text = get(port, "/portal/v1/agreements")

    assert answer.status == 503
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.headers["Retry-After"] == "2"
    assert '"code":"temporarily-unavailable"' in text


@pytest.mark.parametrize(
    "path",
    ["/metrics", "/identity/metrics", "/notices/metrics", "/notices/%6detrics", "/p/../metrics",
     "/registry/metrics?x=1", "/portal/metrics/"],
)  # fmt: skip
def test_metrics_are_not_for_visitors(port: int, path: str) -> None:
    answer, text = get(port, path)

    assert (answer.status, answer.headers["Content-Type"]) == (404, "application/problem+json")
    assert '"code":"not-found"' in text


@pytest.mark.parametrize("path", ["/p/metrics", "/p/metrics.json", "/registry/v1/metrics"])
def test_what_is_only_called_metrics_is_let_through(port: int, path: str) -> None:
    assert get(port, path)[0].status == 200


def test_a_body_far_too_large_is_a_problem(port: int) -> None:
    answer, text = get(port, "/registry/v1/changes", b"x" * (18 * 1024 * 1024))

    assert answer.status == 413
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert '"code":"body-too-large"' in text
