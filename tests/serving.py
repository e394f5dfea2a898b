"""Apps of this process behind real sockets, and the real edge in front of them."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from socketserver import ThreadingMixIn
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from deploy import edge
from deploy.mongod import accepts
from deploy.profile import ROOT


class Quiet(WSGIRequestHandler):
    def log_message(self, *_: object) -> None: ...


class Threaded(ThreadingMixIn, WSGIServer):
    daemon_threads = True


def ending(app: Any) -> Any:
    """The same app, whose bodies have an end, as gunicorn's have; those of ``wsgiref`` go on."""

    def bounded(environ: dict[str, Any], start: Any) -> Any:
        length = int(environ.get("CONTENT_LENGTH") or 0)
        environ["wsgi.input"] = BytesIO(environ["wsgi.input"].read(length))
        return app(environ, start)

    return bounded


@contextmanager
def serving(app: Any, port: int = 0) -> Iterator[str]:
    """The address, with its port, at which the app answers; any free port unless one is named."""
    server = make_server("127.0.0.1", port, ending(app), Threaded, Quiet)
    threading.Thread(target=server.serve_forever, args=(0.02,)).start()
    try:
        yield f"127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


@contextmanager
def edge_before(
    folder: Path, upstreams: Mapping[str, str], port: int, **settings: str
) -> Iterator[None]:
    """The edge at this port, before these services."""
    told = {"ART28_VAR": str(folder), "ART28_PORT": str(port), **settings}
    process = subprocess.Popen(
        [sys.executable, "-m", "deploy.edge"],
        cwd=ROOT,
        env={**os.environ, **edge.addresses(upstreams), **told},
        start_new_session=True,
    )
    try:
        while not accepts(port):
            assert process.poll() is None
        yield
    finally:
        process.terminate()
        process.wait()
