"""Counters and timings of requests, for Prometheus, at ``/metrics`` of each app."""

from __future__ import annotations

from flask import Flask, Response, request
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    Counter,
    Histogram,
    generate_latest,
    start_http_server,
)

from shared.auth import public

REQUESTS = Counter("art28_requests", "Answers given.", ["app", "route", "method", "status"])
SECONDS = Histogram("art28_request_seconds", "Time to answer.", ["app", "route"])


def observe(app: str, status: int, seconds: float) -> None:
    # The rule, not the path: a path holds ids and would make a series for each.
    route = request.url_rule.rule if request.url_rule else "none"
    REQUESTS.labels(app, route, request.method, str(status)).inc()
    SECONDS.labels(app, route).observe(seconds)


def register(app: Flask) -> None:
    @app.get("/metrics")
    @public()
    def metrics() -> Response:
        return Response(generate_latest(), content_type=CONTENT_TYPE_LATEST)


def serve(port: int) -> None:
    """Show the metrics of a process that serves nothing else, on loopback; 0: nowhere."""
    if port:
        start_http_server(port, addr="127.0.0.1")
