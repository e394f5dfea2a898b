"""The edge sends each path to its service, and answers its own refusals in our form."""

from __future__ import annotations

import json
import os
import resource
import socket
import ssl
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from deploy import edge
from deploy.profile import ROOT
from deploy.wsgi import NAMES
from shared import errors
from tests.hostile.certificates import ALWAYS
from tests.mongod import free_port
from tests.serving import edge_before, serving

pytestmark = pytest.mark.slow


@contextmanager
def services() -> Iterator[dict[str, str]]:
    """Stand-ins that say what they were asked; the portal is away: nobody listens there."""
    with ExitStack() as stack:
        upstreams = {}
        for name in (*NAMES, "readers"):
            upstreams[name] = stack.enter_context(serving(stand_in(name)))
        yield {**upstreams, "portal": f"127.0.0.1:{free_port()}"}


def stand_in(name: str) -> Any:
    def app(environ: dict[str, str], start: Any) -> list[bytes]:
        if environ["PATH_INFO"] == "/tagged":
            return tagged(environ, start)
        start("200 OK", [("Content-Type", "text/plain"), *seen(environ)])
        return [f"{name} {environ['PATH_INFO']} {environ['HTTP_HOST']}".encode()]

    return app


def seen(environ: dict[str, str]) -> list[tuple[str, str]]:
    names = ("FOR", "PROTO", "HOST")
    told = {name.lower(): environ.get(f"HTTP_X_FORWARDED_{name}") for name in names}
    return [("Forwarded-Seen", json.dumps(told))]


def tagged(environ: dict[str, str], start: Any) -> list[bytes]:
    headers = [("ETag", '"r1"'), ("If-Match-Seen", environ.get("HTTP_IF_MATCH", ""))]
    if environ.get("HTTP_IF_NONE_MATCH") == '"r1"':
        start("304 Not Modified", headers)
        return []
    start("200 OK", [("Content-Type", "text/plain"), *headers])
    return [b"x" * 4_000]


@contextmanager
def running(folder: Path, upstreams: dict[str, str], **settings: str) -> Iterator[int]:
    """The edge before these services; yields the port it listens on."""
    port = free_port()
    with edge_before(folder, upstreams, port, **settings):
        yield port


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    folder = tmp_path_factory.mktemp("edge")
    with services() as upstreams, running(folder, upstreams) as started:
        yield started


def get(
    port: int, path: str, body: bytes | None = None, headers: dict[str, str] | None = None
) -> tuple[HTTPResponse, str]:
    connection = HTTPConnection("127.0.0.1", port, timeout=10)
    connection.request("GET" if body is None else "POST", path, body, headers or {})
    answer = connection.getresponse()
    text = answer.read().decode("utf-8", "replace")
    connection.close()
    return answer, text


def forwarded(port: int, headers: dict[str, str]) -> Any:
    """What a service is told of the client."""
    return json.loads(get(port, "/", headers=headers)[0].headers["Forwarded-Seen"])


def certificate(folder: Path) -> dict[str, str]:
    """The settings of TLS with a certificate for dpa.example that signs itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "dpa.example")])
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        # Caddy and OpenSSL judge it by the clock of the machine, whatever day the tests live in.
        .not_valid_before(ALWAYS[0])
        .not_valid_after(ALWAYS[1])
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("dpa.example")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    files = {"ART28_TLS_CERT": folder / "cert.pem", "ART28_TLS_KEY": folder / "key.pem"}
    files["ART28_TLS_CERT"].write_bytes(made.public_bytes(Encoding.PEM))
    files["ART28_TLS_KEY"].write_bytes(
        key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    )
    return {name: str(file) for name, file in files.items()}


@pytest.mark.parametrize(
    ("path", "service"),
    [
        ("/identity/v1/token", "identity"),
        ("/agreements/v1/agreements", "agreements"),
        ("/registry", "registry"),
        ("/notices/healthz", "notices"),
        ("/p/tempus-serva", "public"),
        ("/p/tempus-serva?lang=da", "public"),
        ("/.well-known/security.txt", "public"),
        ("/healthz", "public"),
        ("/openapi.json", "public"),
        ("/asyncapi.json", "public"),
        ("/.well-known/api-catalog", "public"),
        ("/static/page.css?v=1", "public"),
        ("/", "public"),
        ("/identityx", "readers"),
        ("/p/tempus-serva?q=a", "readers"),
        ("/p/tempus-serva?lang=da&as_of=2030-01-01", "readers"),
        ("/p/tempus-serva.pdf", "readers"),
        ("/p/tempus-serva/ledger.jsonl", "readers"),
        ("/%70/tempus-serva.pdf", "readers"),
        ("/docs/registry", "readers"),
    ],
)
def test_each_path_reaches_its_service_unchanged(port: int, path: str, service: str) -> None:
    seen = unquote(path.partition("?")[0])
    assert get(port, path)[1] == f"{service} {seen} 127.0.0.1:{port}"


@pytest.mark.parametrize(
    "path",
    ["/sign-in", "/sign-in?lang=da", "/sign-in/tok-en_1", "/invitation/tok-en_1", "/sign-out",
     "/.well-known/oauth-authorization-server", "/.well-known/oauth-authorization-server/identity"],
)  # fmt: skip
def test_the_pages_for_getting_in_are_identitys(port: int, path: str) -> None:
    asked = path.partition("?")[0]
    assert get(port, path)[1] == f"identity /identity{asked} 127.0.0.1:{port}"


@pytest.mark.parametrize("path", ["/sign-inx", "/sign-in/../p/x", "/invitations"])
def test_nothing_else_becomes_a_page_of_identity(port: int, path: str) -> None:
    assert "identity " not in get(port, path)[1]


def test_a_service_that_is_away_is_a_problem_with_a_time_to_retry(port: int) -> None:
    answer, text = get(port, "/portal/v1/agreements")

    assert answer.status == 503
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.headers["Retry-After"] == "2"
    assert '"code":"temporarily-unavailable"' in text


@pytest.mark.parametrize(
    "path",
    ["/metrics", "/identity/metrics", "/notices/metrics", "/notices/%6detrics", "/p/../metrics",
     "/registry/metrics?x=1", "/portal/metrics/", "/internal/openapi.json", "/internal"],
)  # fmt: skip
def test_metrics_and_internal_documents_are_not_for_visitors(port: int, path: str) -> None:
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
    assert "17 MiB" in text


def test_the_edge_says_who_the_client_is_whatever_the_client_says(port: int) -> None:
    claims = {"X-Forwarded-For": "203.0.113.7", "X_Forwarded_For": "203.0.113.7",
              "X-Forwarded-Proto": "https", "X-Forwarded-Host": "evil.example"}  # fmt: skip

    assert forwarded(port, claims) == {"for": "127.0.0.1", "proto": "http", "host": None}


def test_a_proxy_that_is_trusted_says_who_the_client_is(tmp_path: Path) -> None:
    claims = {"X-Forwarded-For": "198.51.100.1, 203.0.113.7", "X-Forwarded-Proto": "https"}

    with (
        services() as upstreams,
        running(tmp_path, upstreams, ART28_EDGE_TRUSTED="127.0.0.0/8") as at,
    ):
        # What stands further left is the client's own word.
        assert forwarded(at, claims) == {"for": "203.0.113.7", "proto": "https", "host": None}


def test_an_id_that_the_client_gives_goes_with_the_request(port: int) -> None:
    assert (
        get(port, "/portal/x", headers={"X-Request-Id": "mine-0001"})[0].headers["X-Request-Id"]
        == "mine-0001"
    )
    given = get(port, "/portal/x", headers={"X-Request-Id": "<script>"})[0].headers["X-Request-Id"]
    assert given.startswith("req_")


@pytest.mark.parametrize("encoding", ["gzip", "zstd"])
def test_what_is_compressed_has_a_tag_that_finds_it_again(port: int, encoding: str) -> None:
    first, _ = get(port, "/tagged", headers={"Accept-Encoding": encoding})
    assert first.headers["Content-Encoding"] == encoding
    assert first.headers["Vary"] == "Accept-Encoding"
    tag = first.headers["ETag"]
    assert tag == f'"r1-{encoding}"'

    asked = {"Accept-Encoding": encoding, "If-None-Match": tag}
    second, text = get(port, "/tagged", headers=asked)
    assert (second.status, second.headers["ETag"], text) == (304, tag, "")
    plain, text = get(
        port, "/tagged", headers={"If-None-Match": tag, "Accept-Encoding": "identity"}
    )
    assert (plain.status, plain.headers["ETag"], len(text)) == (200, '"r1"', 4_000)
    changed, _ = get(port, "/tagged", headers={"If-Match": tag, "Accept-Encoding": "identity"})
    assert changed.headers["If-Match-Seen"] == '"r1"'


def test_with_a_certificate_the_edge_speaks_tls_and_http2(tmp_path: Path) -> None:
    files = certificate(tmp_path)
    context = ssl.create_default_context(cafile=files["ART28_TLS_CERT"])
    context.set_alpn_protocols(["h2", "http/1.1"])

    with (
        services() as upstreams,
        running(tmp_path, upstreams, **files) as at,
        socket.create_connection(("127.0.0.1", at)) as connection,
        context.wrap_socket(connection, server_hostname="dpa.example") as secure,
    ):
        assert secure.selected_alpn_protocol() == "h2"


def test_the_edge_holds_a_bounded_number_of_connections(tmp_path: Path) -> None:
    told = tmp_path / "caddy"
    told.write_text("#!/bin/sh\nulimit -S -n\nulimit -H -n\n")
    told.chmod(0o700)
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)

    done = subprocess.run(
        [sys.executable, "-m", "deploy.edge"],
        cwd=ROOT,
        env={**os.environ, "ART28_CADDY": str(told)},
        check=True,
        capture_output=True,
        text=True,
    )

    most = edge.MOST_FILES if hard == resource.RLIM_INFINITY else min(hard, edge.MOST_FILES)
    assert done.stdout.split() == [str(most)] * 2


def test_the_edge_writes_nothing_outside_its_folder(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()

    with services() as upstreams, running(tmp_path / "var", upstreams, HOME=str(home)) as at:
        assert get(at, "/")[0].status == 200

    assert list(home.iterdir()) == []
    assert {file.name for file in (tmp_path / "var").iterdir()} <= {"edge"}


@pytest.mark.parametrize(
    ("path", "kind"),
    [("/metrics", errors.NotFound), ("/portal/v1/x", errors.Unavailable)],
)
def test_the_edge_refuses_in_the_words_of_the_services(
    port: int, path: str, kind: type[errors.DomainError]
) -> None:
    problem = json.loads(get(port, path)[1])

    assert problem["title"] == kind.title()
    assert (problem["status"], problem["code"]) == (kind.status, kind.code)
