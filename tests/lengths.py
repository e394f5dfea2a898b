"""What a test in one process would not notice: an answer that promises more body than it sends.

Over a socket its reader waits for the rest until a time limit.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from werkzeug.wsgi import ClosingIterator

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

NOT_MODIFIED = "304"


def lengths_kept(app: WSGIApplication) -> WSGIApplication:
    """The same app, which fails where ``Content-Length`` is not the length of the body.

    Answers to HEAD and 304 name the length of the body that they leave out (RFC 9110 §8.6).
    """

    def checked(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        promised: list[int] = []

        def start(status: str, headers: list[tuple[str, str]], *more: Any) -> Any:
            if environ["REQUEST_METHOD"] != "HEAD" and not status.startswith(NOT_MODIFIED):
                promised[:] = [int(length) for name, length in headers if is_length(name)]
            return start_response(status, headers, *more)

        body = app(environ, start)
        return ClosingIterator(_counted(body, promised), getattr(body, "close", None))

    return checked


def is_length(name: str) -> bool:
    return name.lower() == "content-length"


def _counted(body: Iterable[bytes], promised: list[int]) -> Iterator[bytes]:
    sent = 0
    for chunk in body:
        sent += len(chunk)
        yield chunk
    assert promised in ([], [sent]), f"Content-Length {promised}, and {sent} bytes are sent."
