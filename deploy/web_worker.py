"""Gunicorn's threaded worker; requests that are no HTTP are refused with a problem document."""

from __future__ import annotations

import json
import socket
from typing import Any, NamedTuple

from gunicorn import util
from gunicorn.http import errors
from gunicorn.workers.gthread import ThreadWorker


class Refusal(NamedTuple):
    """The two parts of a status line, and members of a problem document (RFC 9457)."""

    status: int
    reason: str
    code: str
    detail: str


MALFORMED = Refusal(400, "Bad Request", "malformed-request", "This is not a request of HTTP/1.1.")
TOO_LONG = Refusal(414, "URI Too Long", "uri-too-long", "Send a shorter address.")
TOO_LARGE = Refusal(
    431, "Request Header Fields Too Large", "headers-too-large", "Send fewer or shorter headers."
)
FAULT = Refusal(
    500, "Internal Server Error", "internal-error", "The request could not be handled; try again."
)


class Worker(ThreadWorker):
    """Answers requests that never reach an app, and closes their connection."""

    def handle_error(
        self,
        req: Any,  # noqa: ARG002  Gunicorn's name.
        client: socket.socket,
        addr: Any,  # noqa: ARG002
        exc: BaseException,
    ) -> None:
        refusal = refusal_of(exc)
        if refusal is FAULT:
            self.log.error("Error handling request", exc_info=exc)
        try:
            util.write_nonblock(client, as_http(refusal))
        except OSError:
            self.log.debug("The client has gone.")


def refusal_of(error: BaseException) -> Refusal:
    """Return the refusal of a request that gunicorn could not read; ``FAULT`` if it is ours."""
    if "Response" in type(error).__name__:
        return FAULT  # A header of our own answer; gunicorn's types lack these two.
    if isinstance(error, errors.LimitRequestLine):
        return TOO_LONG
    if isinstance(error, errors.LimitRequestHeaders):
        return TOO_LARGE
    return MALFORMED if isinstance(error, errors.ParseException) else FAULT


def as_http(refusal: Refusal) -> bytes:
    # Not at the top: gunicorn's master loads this file, and would keep Flask in memory.
    from shared.ids import new_id
    from shared.problems import CONTENT_TYPE, TYPE_PREFIX

    request_id = new_id("req")
    members = {
        "type": TYPE_PREFIX + refusal.code,
        "title": refusal.reason,
        "status": refusal.status,
        "detail": refusal.detail,
        "code": refusal.code,
        "request_id": request_id,
    }
    body = json.dumps(members).encode()
    head = (
        f"HTTP/1.1 {refusal.status} {refusal.reason}\r\nConnection: close\r\n"
        f"Content-Type: {CONTENT_TYPE}\r\nCache-Control: no-store\r\n"
        f"X-Request-Id: {request_id}\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body
