"""Bodies that gunicorn cannot read are answered 400 in every app: they are the client's fault."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import IO, TYPE_CHECKING, Any, TypeVar

from gunicorn.http.errors import ParseException

from shared.errors import Malformed

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

T = TypeVar("T")


class Body:
    """``wsgi.input``, which raises ``Malformed`` where it breaks off or its chunks are invalid."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream

    def read(self, *size: int) -> bytes:
        return _reading(self._stream.read, *size)

    def readline(self, *size: int) -> bytes:
        return _reading(self._stream.readline, *size)

    def readlines(self, *hint: int) -> list[bytes]:
        return _reading(self._stream.readlines, *hint)

    def __iter__(self) -> Iterator[bytes]:
        return iter(self.readline, b"")


def readable(app: WSGIApplication) -> WSGIApplication:
    """Return ``app`` with bodies that raise ``Malformed`` instead of gunicorn's own errors."""

    def wrapped(environ: WSGIEnvironment, start_response: StartResponse) -> Any:
        return app({**environ, "wsgi.input": Body(environ["wsgi.input"])}, start_response)

    return wrapped


def _reading(read: Callable[..., T], *size: int) -> T:
    try:
        return read(*size)
    except (ParseException, OSError) as error:
        raise Malformed("The body breaks off, or its chunks are invalid.") from error
