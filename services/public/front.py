"""Serves again, before routing and parsing, what the app answered a moment ago.

It repeats the app's own response to the same question, headers included, while the cache entry it
was made of is fresh (see ``cache``). Everything else goes on to the app. Repeated answers count
in the metrics like others, but are not logged one by one.
"""

from __future__ import annotations

import json
from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from services.public.cache import CacheEntry, Monotonic
from shared.headers import SECURITY
from shared.limits import STANDINGS, Limits, Standing, TooManyAsked, caller_of, headers
from shared.metrics import REQUESTS
from shared.problems import CONTENT_TYPE, refusal
from shared.tracing import ACCEPTABLE, REQUEST_ID

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

# Members of the WSGI environment in which a view says which entry it sent, and under which route.
CACHE_ENTRY, ROUTE = "art28.public.entry", "art28.public.route"
Key = tuple[str, str, str]
Headers = list[tuple[str, str]]
Value = Any  # What WSGI hands through unread.
PER_REQUEST = (REQUEST_ID, "RateLimit", "RateLimit-Policy")
# Probes of the process are always answered.
UNLIMITED = frozenset({"/healthz", "/readyz", "/metrics"})
NOT_IN_304 = frozenset({"content-type", "content-length", "content-disposition"})


@dataclass(frozen=True)
class Known:
    """A response of the app: its entry, its headers without those of one request, its counters."""

    entry: CacheEntry
    headers: Headers
    short_headers: Headers
    counted: Any
    counted_304: Any


@dataclass
class Front:
    """A WSGI app around another; it remembers at most ``limit`` responses."""

    app: WSGIApplication
    monotonic: Monotonic
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
        key = _key(environ)
        known = self._known.get(key)
        if known is not None and self.monotonic() < known.entry.fresh_until:
            etag = environ.get("HTTP_IF_NONE_MATCH")
            if etag == known.entry.answer.etag:
                return self._repeated(known, environ, start_response, short=True)
            if etag is None and "HTTP_IF_MODIFIED_SINCE" not in environ:
                return self._repeated(known, environ, start_response, short=False)
        return self._from_app(key, environ, start_response)

    def _standing(self, environ: WSGIEnvironment) -> Standing | None:
        """Count the request of this address; None where it is not limited."""
        if environ["PATH_INFO"] in UNLIMITED:
            return None
        return self.limits.hit(self.limits.address, caller_of(environ.get("REMOTE_ADDR")))

    def _refused(
        self, standing: Standing, environ: WSGIEnvironment, start_response: StartResponse
    ) -> Iterable[bytes]:
        """429 without the app, because a refusal must cost little."""
        request_id = self._request_id(environ)
        REQUESTS.labels("public", "none", environ["REQUEST_METHOD"], "429").inc()
        body = json.dumps(refusal(TooManyAsked(standing), request_id)).encode()
        sent = {
            "Content-Type": CONTENT_TYPE,
            "Content-Length": str(len(body)),
            **SECURITY,
            "Cache-Control": "no-store",
            "Retry-After": str(standing.reset),
            **headers([standing]),
            REQUEST_ID: request_id,
        }
        start_response("429 TOO MANY REQUESTS", list(sent.items()))
        return [body]

    def _request_id(self, environ: WSGIEnvironment) -> str:
        given = environ.get("HTTP_X_REQUEST_ID", "")
        return given if ACCEPTABLE.match(given) else self.new_request_id()

    def _repeated(
        self, known: Known, environ: WSGIEnvironment, start_response: StartResponse, *, short: bool
    ) -> Iterable[bytes]:
        """The response once more; ``short``: as 304, for a visitor that has the body already."""
        (known.counted_304 if short else known.counted).inc()
        kept = known.short_headers if short else known.headers
        standings = environ.get(STANDINGS)
        limits = headers(standings).items() if standings else ()
        start_response(
            "304 NOT MODIFIED" if short else "200 OK",
            [*kept, *limits, (REQUEST_ID, self._request_id(environ))],
        )
        return [] if short else [known.entry.answer.body]

    def _from_app(
        self, key: Key, environ: WSGIEnvironment, start_response: StartResponse
    ) -> Iterable[bytes]:
        def start_and_remember(status: str, sent: Headers, *rest: Value) -> Value:
            entry = environ.get(CACHE_ENTRY)
            if entry is not None and status.startswith("200"):
                self._remember(key, entry, sent, environ[ROUTE])
            return start_response(status, sent, *rest)

        return self.app(environ, start_and_remember)

    def _remember(self, key: Key, entry: CacheEntry, sent: Headers, route: str) -> None:
        kept = [(name, value) for name, value in sent if name not in PER_REQUEST]
        short = [(name, value) for name, value in kept if name.lower() not in NOT_IN_304]
        # Taken out first, so that it goes in as the newest and is dropped last.
        self._known.pop(key, None)
        self._known[key] = Known(
            entry,
            kept,
            short,
            *(REQUESTS.labels("public", route, "GET", s) for s in ("200", "304")),
        )
        while len(self._known) > self.limit:
            try:
                self._known.popitem(last=False)
            except KeyError:  # Another thread was quicker.
                return


def _key(environ: WSGIEnvironment) -> Key:
    """What tells one question from another."""
    language = environ.get("HTTP_ACCEPT_LANGUAGE", "")
    return environ["PATH_INFO"], environ.get("QUERY_STRING", ""), language
