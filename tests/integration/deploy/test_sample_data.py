"""The sample data is loaded over the network into what is empty, wherever that is asked."""

from __future__ import annotations

import base64
import json
import threading
import uuid
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

import pytest
from pymongo import MongoClient
from structlog.testing import capture_logs
from werkzeug.serving import make_server
from werkzeug.wsgi import get_input_stream

from deploy import seed
from deploy.wsgi import mounted

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

ORIGIN = "https://art28.example"


def bounded(app: WSGIApplication) -> WSGIApplication:
    """Ends a body where it ends, as gunicorn does and the server of tests does not."""

    def wrapped(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        environ["wsgi.input"] = get_input_stream(environ)
        return app(environ, start_response)

    return wrapped


@pytest.fixture
def address(
    mongo_url: str, mongo_client: MongoClient[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> Iterator[str]:
    """Where an empty product listens whose public origin is another."""
    key, prefix = base64.b64encode(b"k" * 32).decode(), f"test_{uuid.uuid4().hex[:12]}"
    for name, value in {
        "ORIGIN": ORIGIN, "MONGO_URL": mongo_url, "DB_PREFIX": prefix, "SERVICE_KEY": key,
        "SECRETS_KEY": key, "LOG_LEVEL": "error",
    }.items():  # fmt: skip
        monkeypatch.setenv(f"ART28_{name}", value)
    server = make_server("127.0.0.1", 0, bounded(mounted()), threaded=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    # An app leaves the log to its process, which is here the one that loads.
    with capture_logs():
        yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    for found in mongo_client.list_database_names():
        if found.startswith(prefix):
            mongo_client.drop_database(found)


@pytest.mark.slow
def test_it_is_asked_for_elsewhere_printed_and_loaded_once(
    address: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert seed.main(["--at", address, "--print"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["url"] == ORIGIN
    slugs = [each["org_slug"] for each in told["clients"]]
    assert {"platform", "tempus-serva", "nordbo", "havnens-revision", "lillebror"} <= set(slugs)

    assert seed.main(["--at", address, "--print"]) == 1
    said = capsys.readouterr()
    assert (said.out, said.err.count("\n")) == ("", 1)
    assert "empty installation" in said.err


def test_nobody_there_is_one_clear_line(address: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert address
    assert seed.main(["--at", "http://127.0.0.1:1", "--print"]) == 1
    assert capsys.readouterr().err.startswith("art28: the sample data was refused: ")
