"""One id follows a request through all services: ``X-Request-Id`` (and ``traceparent``)."""

from __future__ import annotations

import re
import time
from collections.abc import Callable

import structlog
from flask import Flask, Response, g, has_request_context, request

from shared import metrics

log = structlog.get_logger()

REQUEST_ID = "X-Request-Id"
ACCEPTABLE = re.compile(r"^[A-Za-z0-9._-]{8,64}\Z")
TRACEPARENT = re.compile(r"^[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}\Z")


def register(app: Flask, new_request_id: Callable[[], str]) -> None:
    """Give each request an id, log its end, and measure it."""

    @app.before_request
    def begin() -> None:
        given = request.headers.get(REQUEST_ID, "")
        g.request_id = given if ACCEPTABLE.match(given) else new_request_id()
        g.begun = time.perf_counter()
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(app=app.name, request_id=g.request_id)

    @app.after_request
    def end(response: Response) -> Response:
        seconds = time.perf_counter() - g.get("begun", time.perf_counter())
        response.headers[REQUEST_ID] = g.get("request_id", "")
        metrics.observe(app.name, response.status_code, seconds)
        log.info(
            "request.answered",
            method=request.method,
            route=request.url_rule.rule if request.url_rule else None,
            status=response.status_code,
            ms=round(seconds * 1000, 1),
        )
        return response


def onward_headers() -> dict[str, str]:
    """Return the headers that a call to another service takes over from the current request."""
    if not has_request_context():
        return {}
    headers = {REQUEST_ID: g.get("request_id", "")}
    trace = request.headers.get("traceparent", "")
    if TRACEPARENT.match(trace):
        headers["traceparent"] = trace
    return headers
