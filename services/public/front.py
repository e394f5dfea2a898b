"""The shortest way to a page that was answered a moment ago: before routing, before any parsing.

It hands out again what the app itself answered to the very same question, headers and all, while
that copy is fresh (see ``copies``). Everything else goes on to the app. Such answers are counted
in the metrics like all others, but not logged one by one.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from services.public.copies import Held, Seconds
from shared.metrics import REQUESTS
from shared.tracing import ACCEPTABLE, REQUEST_ID

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

# Where the views leave word which copy they sent, and under which route.
HELD, ROUTE = "art28.public.held", "art28.public.route"
Key = tuple[str, str, str]
Headers = list[tuple[str, str]]
Value = Any  # What WSGI passes through us unread.
NOT_IN_304 = frozenset({"content-type", "content-length", "content-disposition"})


@dataclass(frozen=True)
class Known:
    """An answer with the headers that left the app, and the counters of its route."""

    held: Held
    headers: Headers
    short_headers: Headers
    counted: Any
    counted_304: Any


@dataclass
class Front:
    """A WSGI app around another; ``limit`` bounds how many questions it remembers."""

    app: WSGIApplication
    seconds: Seconds
    new_request_id: Callable[[], str]
    limit: int = 256
    _known: OrderedDict[Key, Known] = field(default_factory=OrderedDict)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if environ["REQUEST_METHOD"] != "GET":
            return self.app(environ, start_response)
        key = (environ["PATH_INFO"], environ.get("QUERY_STRING", ""),
               environ.get("HTTP_ACCEPT_LANGUAGE", ""))  # fmt: skip
        known = self._known.get(key)
        if known is not None and self.seconds() < known.held.fresh_until:
            etag = environ.get("HTTP_IF_NONE_MATCH")
            if etag == known.held.copy.etag:
                return self._again(known, environ, start_response, short=True)
            if etag is None and "HTTP_IF_MODIFIED_SINCE" not in environ:
                return self._again(known, environ, start_response, short=False)
        return self._asked(key, environ, start_response)

    def _again(
        self, known: Known, environ: WSGIEnvironment, start_response: StartResponse, *, short: bool
    ) -> Iterable[bytes]:
        given = environ.get("HTTP_X_REQUEST_ID", "")
        request_id = given if ACCEPTABLE.match(given) else self.new_request_id()
        (known.counted_304 if short else known.counted).inc()
        headers = known.short_headers if short else known.headers
        start_response(
            "304 NOT MODIFIED" if short else "200 OK", [*headers, (REQUEST_ID, request_id)]
        )
        return [] if short else [known.held.copy.body]

    def _asked(
        self, key: Key, environ: WSGIEnvironment, start_response: StartResponse
    ) -> Iterable[bytes]:
        def starting(status: str, headers: Headers, *rest: Value) -> Value:
            held = environ.get(HELD)
            if held is not None and status.startswith("200"):
                self._remember(key, held, headers, environ[ROUTE])
            return start_response(status, headers, *rest)

        return self.app(environ, starting)

    def _remember(self, key: Key, held: Held, headers: Headers, route: str) -> None:
        kept = [(name, value) for name, value in headers if name != REQUEST_ID]
        short = [(name, value) for name, value in kept if name.lower() not in NOT_IN_304]
        self._known[key] = Known(
            held, kept, short, *(REQUESTS.labels("public", route, "GET", s) for s in ("200", "304"))
        )
        while len(self._known) > self.limit:
            try:
                self._known.popitem(last=False)
            except KeyError:  # Another thread was quicker.
                return
