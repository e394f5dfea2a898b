"""An authority of time stamps (RFC 3161) on loopback: OpenSSL answers, none of our libraries."""

from __future__ import annotations

import shutil
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

CONF = """
[tsa]
default_tsa = one
[one]
serial = {folder}/serial
default_policy = 1.2.3.4
signer_digest = sha256
digests = sha256
accuracy = secs:1
[req]
distinguished_name = name
[name]
[stamping]
extendedKeyUsage = critical,timeStamping
"""


@contextmanager
def authority(folder: Path) -> Iterator[str]:
    """The URL of an authority that answers for as long as the block lasts."""
    program = shutil.which("openssl")
    if program is None:
        pytest.skip("OpenSSL plays the authority")
    (folder / "serial").write_text("01\n")
    conf = folder / "tsa.conf"
    conf.write_text(CONF.format(folder=folder))
    key, certificate = str(folder / "tsa.key"), str(folder / "tsa.pem")
    _run(program, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=Time", "-config",
         str(conf), "-extensions", "stamping", "-keyout", key, "-out", certificate)  # fmt: skip

    def answer(question: bytes) -> bytes:
        (folder / "question").write_bytes(question)
        _run(program, "ts", "-reply", "-config", str(conf), "-queryfile", str(folder / "question"),
             "-signer", certificate, "-inkey", key, "-out", str(folder / "answer"))  # fmt: skip
        return (folder / "answer").read_bytes()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = answer(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(200)
            self.send_header("Content-Type", "application/timestamp-reply")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def _run(*command: str) -> None:
    subprocess.run(command, check=True, capture_output=True)
