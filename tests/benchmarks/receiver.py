"""A receiver that costs as little as possible: nginx answering 204, over HTTP and over TLS.

Over TLS there is no reuse of anything: every connection takes one request, and neither session ids
nor session tickets are given, so that every request pays for a whole handshake, whoever sends it.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import certifi

from deploy.parent_death import bound_to_parent
from tests.benchmarks.processes import ending, wait_for_port
from tests.hostile.certificates import Authority
from tests.mongod import free_port

NGINX = """
daemon off; master_process off; worker_processes 1; pid {folder}/nginx.pid; error_log /dev/null;
events {{ worker_connections 4096; }}
http {{
  access_log off; keepalive_requests 1000000000; keepalive_timeout 300;
  reset_timedout_connection on;
  client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi; uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
  server {{ listen 127.0.0.1:{port} backlog=4096;
    location / {{ return 204; }} location = /count {{ stub_status; }}
    location /fails {{ return 500; }} location /resets {{ return 444; }} }}
  server {{ {single_hosts} keepalive_timeout 0;
    location / {{ return 204; }}
    location /fails {{ return 500; }} location /resets {{ return 444; }} }}
  server {{ listen 127.0.0.1:{tls_port} ssl backlog=4096; keepalive_timeout 0;
    ssl_certificate {folder}/server-1.pem; ssl_certificate_key {folder}/server-1.pem;
    ssl_session_cache off; ssl_session_tickets off;
    location / {{ return 204; }} }}
}}
"""
SINGLE_HOSTS = 200
PLACES = "/usr/sbin:/usr/bin:/usr/local/sbin:/usr/local/bin"


@dataclass
class Receiver:
    """All URLs answer every POST with 204; ``/fails`` with 500 and ``/resets`` by a TCP reset, but
    for TLS. ``single_url`` and ``tls_url`` take one request a connection. ``ca_file``: the public
    certificates and that of the receiver."""

    url: str
    single_port: int
    tls_url: str
    ca_file: Path
    pid: int
    _asked: int = 0

    def single_url(self, number: int) -> str:
        """Of many hosts: connections that have ended keep their ports for a minute, so of one host
        there would soon be none left."""
        return f"http://{_single_host(number)}:{self.single_port}"

    def requests(self) -> int:
        """How many requests came until now, our own questions not counted."""
        with urllib.request.urlopen(f"{self.url}/count", timeout=10) as answer:
            total = int(answer.read().decode().splitlines()[2].split()[2])
        self._asked += 1
        return total - self._asked


@contextmanager
def receiver(folder: Path, port: int) -> Iterator[Receiver]:
    """nginx on ``port`` and, with TLS, on the next one; on a third one for single requests."""
    binary = shutil.which("nginx", path=PLACES)
    if binary is None:
        raise SystemExit("The benchmarks need nginx as their receiver: apt install nginx-light")
    ca_file = _certificates(folder)
    config = folder / "nginx.conf"
    single_port = free_port()
    hosts = [f"listen {_single_host(n)}:{single_port} backlog=4096;" for n in range(SINGLE_HOSTS)]
    places = {"port": port, "tls_port": port + 1, "single_hosts": " ".join(hosts)}
    config.write_text(NGINX.format(folder=folder, **places))
    words = bound_to_parent((binary, "-c", str(config), "-p", str(folder)), os.getpid())
    with ending(subprocess.Popen(words, stderr=subprocess.DEVNULL)) as process:
        wait_for_port(port)
        http, https = f"http://127.0.0.1:{port}", f"https://127.0.0.1:{port + 1}"
        yield Receiver(http, single_port, https, ca_file, process.pid)


def _single_host(number: int) -> str:
    return f"127.0.1.{1 + number % SINGLE_HOSTS}"


def _certificates(folder: Path) -> Path:
    """Make the receiver's (ECDSA P-256); the file of whom to trust. It holds the public authorities
    too, as in life: what 140 of them cost a connection is part of what is measured."""
    authority = Authority(folder)
    authority.server("127.0.0.1")
    trusted = folder / "trusted.pem"
    trusted.write_bytes(Path(certifi.where()).read_bytes() + authority.file.read_bytes())
    return trusted
