"""Repeats a recent response of the app without routing or parsing the request.

A response is repeated with its headers to requests for the same path, query string and language,
while the cache entry that it was made from is fresh (see ``cache``). All other requests go on to
the app. Repeated responses count in the metrics, but are not logged.
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

# Keys under which a view stores in the WSGI environment the entry that it sent, and its route.
CACHE_ENTRY, ROUTE = "art28.public.entry", "art28.public.route"
Key = tuple[str, str, str]
Headers = list[tuple[str, str]]
Value = Any  # WSGI arguments that are passed on unread.
CONDITIONS = frozenset({"HTTP_IF_NONE_MATCH", "HTTP_IF_MODIFIED_SINCE", "HTTP_IF_MATCH"})
# Headers that belong to one request, and are not repeated.
PER_REQUEST = (REQUEST_ID, "RateLimit", "RateLimit-Policy")
# Health checks and metrics are always answered.
UNLIMITED = frozenset({"/healthz", "/readyz", "/metrics"})
NOT_IN_304 = frozenset({"content-type", "content-length", "content-disposition"})


@dataclass(frozen=True)
class Repeatable:
    """A response of the app that can be repeated.

    ``headers``: without those of one request; ``short_headers``: those of a 304. ``counted`` and
    ``counted_304``: the metrics that a repetition increments.
    """

    entry: CacheEntry
    headers: Headers
    short_headers: Headers
    counted: Any
    counted_304: Any


@dataclass
class Front:
    """Wraps the WSGI app, and remembers up to ``limit`` of its responses."""

    app: WSGIApplication
    monotonic: Monotonic
    new_request_id: Callable[[], str]
    limits: Limits
    limit: int = 256
    _responses: OrderedDict[Key, Repeatable] = field(default_factory=OrderedDict)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        standing = self._standing(environ)
        if standing is not None:
            environ[STANDINGS] = [standing]
            if standing.over:
                return self._refused(standing, environ, start_response)
        if environ["REQUEST_METHOD"] != "GET":
            return self.app(environ, start_response)
        key = _key(environ)
        repeatable = self._responses.get(key)
        if repeatable is not None and self.monotonic() < repeatable.entry.fresh_until:
            if CONDITIONS.isdisjoint(environ):
                return self._repeated(repeatable, environ, start_response, short=False)
            if _has_it(environ, repeatable.entry.answer.etag):
                return self._repeated(repeatable, environ, start_response, short=True)
        return self._from_app(key, environ, start_response)

    def _standing(self, environ: WSGIEnvironment) -> Standing | None:
        """Count a request of this address and return its standing; None for unlimited paths."""
        if environ["PATH_INFO"] in UNLIMITED:
            return None
        return self.limits.hit(self.limits.address, caller_of(environ.get("REMOTE_ADDR")))

    def _refused(
        self, standing: Standing, environ: WSGIEnvironment, start_response: StartResponse
    ) -> Iterable[bytes]:
        """Answer 429 without calling the app, because a refusal must cost little."""
        request_id = self._request_id(environ)
        REQUESTS.labels("public", "none", environ["REQUEST_METHOD"], "429").inc()
        body = json.dumps(refusal(TooManyAsked(standing), request_id)).encode()
        response_headers = {
            "Content-Type": CONTENT_TYPE,
            "Content-Length": str(len(body)),
            **SECURITY,
            "Cache-Control": "no-store",
            "Retry-After": str(standing.reset),
            **headers([standing]),
            REQUEST_ID: request_id,
        }
        start_response("429 TOO MANY REQUESTS", list(response_headers.items()))
        return [body]

    def _request_id(self, environ: WSGIEnvironment) -> str:
        given = environ.get("HTTP_X_REQUEST_ID", "")
        return given if ACCEPTABLE.match(given) else self.new_request_id()

    def _repeated(
        self,
        repeatable: Repeatable,
        environ: WSGIEnvironment,
        start_response: StartResponse,
        *,
        short: bool,
    ) -> Iterable[bytes]:
        """Send the response again; ``short``: as 304, to a client that has the body already."""
        (repeatable.counted_304 if short else repeatable.counted).inc()
        kept = repeatable.short_headers if short else repeatable.headers
        standings = environ.get(STANDINGS)
        limits = headers(standings).items() if standings else ()
        start_response(
            "304 NOT MODIFIED" if short else "200 OK",
            [*kept, *limits, (REQUEST_ID, self._request_id(environ))],
        )
        return [] if short else [repeatable.entry.answer.body]

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
        # Removed first, so that it is added as the newest and dropped last.
        self._responses.pop(key, None)
        self._responses[key] = Repeatable(
            entry,
            kept,
            short,
            *(REQUESTS.labels("public", route, "GET", status) for status in ("200", "304")),
        )
        while len(self._responses) > self.limit:
            try:
                self._responses.popitem(last=False)
            except KeyError:  # Another thread has emptied it.
                return


def _has_it(environ: WSGIEnvironment, etag: str) -> bool:
    """Whether the client says that it has this version, and sets no further condition."""
    return environ.get("HTTP_IF_NONE_MATCH") == etag and "HTTP_IF_MATCH" not in environ


def _key(environ: WSGIEnvironment) -> Key:
    """Return what two requests must have in common to get the same response."""
    language = environ.get("HTTP_ACCEPT_LANGUAGE", "")
    return environ["PATH_INFO"], environ.get("QUERY_STRING", ""), language
