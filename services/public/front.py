"""The shortest way to a page that was answered a moment ago: before routing, before any parsing.

It hands out again what the app itself answered to the very same question, headers and all, while
that copy is fresh (see ``copies``). Everything else goes on to the app. Such answers are counted
in the metrics like all others, but not logged one by one.
"""

from __future__ import annotations

import json
from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from services.public.cache import Held, Seconds
from shared.headers import SECURITY
from shared.limits import STANDINGS, Limits, Standing, TooManyAsked, caller_of, headers
from shared.metrics import REQUESTS
from shared.problems import CONTENT_TYPE, refusal
from shared.tracing import ACCEPTABLE, REQUEST_ID

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

# Where the views leave word which copy they sent, and under which route.
HELD, ROUTE = "art28.public.held", "art28.public.route"
Key = tuple[str, str, str]
Headers = list[tuple[str, str]]
Value = Any  # What WSGI passes through us unread.
OF_ONE_REQUEST = (REQUEST_ID, "RateLimit", "RateLimit-Policy")
# Whoever looks whether the process is well must always be answered.
UNLIMITED = frozenset({"/healthz", "/readyz", "/metrics"})
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
    limits: Limits
    limit: int = 256
    _known: OrderedDict[Key, Known] = field(default_factory=OrderedDict)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        standing = self._standing(environ)
        if standing is not None:
            environ[STANDINGS] = [standing]
            if standing.over:
                return self._refused(standing, environ, start_response)
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

    def _standing(self, environ: WSGIEnvironment) -> Standing | None:
        """Counts the request, unless it is one of those who look after the process."""
        if environ["PATH_INFO"] in UNLIMITED:
            return None
        return self.limits.hit(self.limits.address, caller_of(environ.get("REMOTE_ADDR")))

    def _refused(
        self, standing: Standing, environ: WSGIEnvironment, start_response: StartResponse
    ) -> Iterable[bytes]:
        """429 at once: whoever asks too much must cost little."""
        request_id = self._request_id(environ)
        REQUESTS.labels("public", "none", environ["REQUEST_METHOD"], "429").inc()
        body = json.dumps(refusal(TooManyAsked(standing), request_id)).encode()
        told = {
            "Content-Type": CONTENT_TYPE, "Content-Length": str(len(body)), **SECURITY,
            "Cache-Control": "no-store", "Retry-After": str(standing.reset),
            **headers([standing]), REQUEST_ID: request_id,
        }  # fmt: skip
        start_response("429 TOO MANY REQUESTS", list(told.items()))
        return [body]

    def _request_id(self, environ: WSGIEnvironment) -> str:
        given = environ.get("HTTP_X_REQUEST_ID", "")
        return given if ACCEPTABLE.match(given) else self.new_request_id()

    def _again(
        self, known: Known, environ: WSGIEnvironment, start_response: StartResponse, *, short: bool
    ) -> Iterable[bytes]:
        (known.counted_304 if short else known.counted).inc()
        kept = known.short_headers if short else known.headers
        standings = environ.get(STANDINGS)
        told = headers(standings).items() if standings else ()
        start_response(
            "304 NOT MODIFIED" if short else "200 OK",
            [*kept, *told, (REQUEST_ID, self._request_id(environ))],
        )
        return [] if short else [known.held.copy.body]

    def _asked(
        self, key: Key, environ: WSGIEnvironment, start_response: StartResponse
    ) -> Iterable[bytes]:
        def starting(status: str, sent: Headers, *rest: Value) -> Value:
            held = environ.get(HELD)
            if held is not None and status.startswith("200"):
                self._remember(key, held, sent, environ[ROUTE])
            return start_response(status, sent, *rest)

        return self.app(environ, starting)

    def _remember(self, key: Key, held: Held, sent: Headers, route: str) -> None:
        kept = [(name, value) for name, value in sent if name not in OF_ONE_REQUEST]
        short = [(name, value) for name, value in kept if name.lower() not in NOT_IN_304]
        # Behind all others: what is asked for often stays.
        self._known.pop(key, None)
        self._known[key] = Known(
            held, kept, short, *(REQUESTS.labels("public", route, "GET", s) for s in ("200", "304"))
        )
        while len(self._known) > self.limit:
            try:
                self._known.popitem(last=False)
            except KeyError:  # Another thread was quicker.
                return
