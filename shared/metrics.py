"""Counters and timings of requests, for Prometheus, at ``/metrics`` of each app.

They are for operators, not for visitors: a setting says which addresses may read them, and requests
through a proxy never may.
"""

from __future__ import annotations

from collections.abc import Sequence
from ipaddress import ip_address

from flask import Flask, Response, request
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    Counter,
    Histogram,
    generate_latest,
    start_http_server,
)

from shared.auth import public
from shared.errors import NotFound
from shared.settings import Network

FORWARDED = ("X-Forwarded-For", "Forwarded")
REQUESTS = Counter("art28_requests", "Answers given.", ["app", "route", "method", "status"])
SECONDS = Histogram("art28_request_seconds", "Time to answer.", ["app", "route"])


def observe(app: str, status: int, seconds: float) -> None:
    # The rule, not the path: a path holds ids and would make a series for each.
    route = request.url_rule.rule if request.url_rule else "none"
    REQUESTS.labels(app, route, request.method, str(status)).inc()
    SECONDS.labels(app, route).observe(seconds)


def register(app: Flask, readers: Sequence[Network]) -> None:
    """``readers``: the networks from which ``/metrics`` may be read; to others it is not there."""

    @app.get("/metrics")
    @public()
    def metrics() -> Response:
        if not _asked_by(readers):
            raise NotFound("There is nothing here.")
        return Response(generate_latest(), content_type=CONTENT_TYPE_LATEST)


def _asked_by(readers: Sequence[Network]) -> bool:
    # A proxy on this machine is loopback itself, so its headers are checked, too.
    if any(name in request.headers for name in FORWARDED):
        return False
    try:
        address = ip_address(request.remote_addr or "")
    except ValueError:
        return False  # A Unix socket has no address, and is how a proxy may connect.
    mapped = getattr(address, "ipv4_mapped", None)
    return any((mapped or address) in network for network in readers)


def serve(port: int) -> None:
    """Show the metrics of a process that serves nothing else, on loopback; 0: nowhere."""
    if port:
        start_http_server(port, addr="127.0.0.1")
