"""How many requests one address or client may send, over all processes (decision 0024).

The counting is that of the library ``limits``, on MongoDB: fixed windows, one counter each. So
that a page of a tenth of a millisecond does not wait for a database, a process counts by itself
and adds to the common counter once for every twentieth part of what a window allows. With n
processes a limit is therefore kept to within n twentieths. While the database is away, each
process limits by its own count.

Headers: draft-ietf-httpapi-ratelimit-headers-10.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from ipaddress import IPv6Address, ip_address
from typing import NamedTuple

import structlog
from flask import Flask, Response, request
from limits.storage import MemoryStorage, MongoDBStorage, Storage
from pymongo.errors import PyMongoError

from shared.errors import TooManyRequests
from shared.settings import Common
from shared.times import Clock, utc_now

log = structlog.get_logger()

WINDOW_SECONDS = 10
PARTS = 20
# With more callers than this in one window, counting begins anew for all of them.
MOST_CALLERS = 50_000
DATABASE_MS = 500
PAUSE_SECONDS = 5.0
EXTENSION = "art28.limits"
# Where the standings of one request are noted, for its headers.
STANDINGS = "art28.standings"


class TooManyAsked(TooManyRequests):
    """This address or client has sent too many requests; wait as long as Retry-After says."""

    code = "rate-limited"

    def __init__(self, standing: Standing) -> None:
        most, seconds, wait = standing.limit.most, WINDOW_SECONDS, standing.reset
        super().__init__(
            f"{most} requests are answered in {seconds} seconds; the next ones in {wait}.",
            context={"limit": most, "seconds": seconds},
        )
        self.standing = standing
        self.retry_after = standing.reset  # type: ignore[misc]  # Here it depends on the moment.


class Limit(NamedTuple):
    """At most ``most`` requests in a window; 0: any number."""

    name: str
    most: int


class Standing(NamedTuple):
    """Where a caller stands: requests left in this window, which ends in ``reset`` seconds."""

    limit: Limit
    left: int
    reset: int

    @property
    def over(self) -> bool:
        return self.left < 0


@dataclass
class _Count:
    """Requests of one caller in a window: counted for all processes, and not yet shared."""

    common: int = 0
    own: int = 0


@dataclass
class Counters:
    """The counters of one process; ``storage`` holds those of all of them."""

    storage: Storage
    now: Clock = utc_now
    monotonic: Callable[[], float] = time.monotonic
    _window: int = 0
    _counts: dict[tuple[str, str], _Count] = field(default_factory=dict)
    _away_until: float = 0.0

    def hit(self, limit: Limit, who: str) -> Standing:
        """Count a request of ``who``. Threads may lose a count to each other; never more."""
        now = int(self.now().timestamp())
        window = now // WINDOW_SECONDS
        if window != self._window or len(self._counts) > MOST_CALLERS:
            self._window, self._counts = window, {}
        count = self._counts.setdefault((limit.name, who), _Count())
        count.own += 1
        if count.own >= max(1, limit.most // PARTS) and count.common <= limit.most:
            self._share(count, f"{limit.name}/{who}/{window}")
        left = limit.most - count.common - count.own
        return Standing(limit, left, WINDOW_SECONDS - now % WINDOW_SECONDS)

    def _share(self, count: _Count, key: str) -> None:
        if self.monotonic() < self._away_until:
            return
        own = count.own
        try:
            count.common = self.storage.incr(key, 2 * WINDOW_SECONDS, amount=own)
        except PyMongoError as error:
            self._away_until = self.monotonic() + PAUSE_SECONDS
            log.warning("limits.database_away", error=type(error).__name__)
            return
        count.own -= own


class _Storage(MongoDBStorage):
    """The library's storage, which at its end would connect only to close the connection."""

    def __del__(self) -> None:
        if self._storage is not None:
            self._storage.close()


@cache
def counters(mongo_url: str, database: str) -> Counters:
    """The counters of this process; without a database it counts alone."""
    if not mongo_url:
        return Counters(MemoryStorage())
    # It connects when it is first needed, and so after the fork.
    storage = _Storage(
        mongo_url,
        database,
        maxPoolSize=4,
        serverSelectionTimeoutMS=DATABASE_MS,
        connectTimeoutMS=DATABASE_MS,
        socketTimeoutMS=DATABASE_MS,
    )
    return Counters(storage)


@dataclass
class Limits:
    """The limits of one app. Tokens count apart: whoever has read too many pages still signs in."""

    counters: Counters
    address: Limit
    token: Limit
    costly: Limit
    client: Limit
    organisation: Limit

    @classmethod
    def of(cls, settings: Common) -> Limits:
        return cls(
            counters(settings.mongo_url, settings.database("limits")),
            Limit("address", settings.limit_address),
            Limit("token", settings.limit_address),
            Limit("costly", settings.limit_costly),
            Limit("client", settings.limit_client),
            Limit("organisation", settings.limit_organisation),
        )

    def hit(self, limit: Limit, who: str | None) -> Standing | None:
        """Count a request; None if it is not limited: a service in this process has no address."""
        return self.counters.hit(limit, who) if limit.most and who else None

    def check(self, limit: Limit, who: str | None) -> None:
        """Count this request, and note its standing for the headers. Raises ``TooManyAsked``."""
        standing = self.hit(limit, who)
        if standing is not None:
            request.environ.setdefault(STANDINGS, []).append(standing)
            if standing.over:
                raise TooManyAsked(standing)


def caller_of(address: str | None) -> str | None:
    """Return the caller that an address stands for: IPv6 counts as its /64, as households have."""
    if not address or ":" not in address:
        return address
    try:
        parsed = ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if isinstance(parsed, IPv6Address) and parsed.ipv4_mapped is None:
        return str(IPv6Address(int(parsed) >> 64 << 64))
    return str(getattr(parsed, "ipv4_mapped", None) or parsed)


def headers(standings: Iterable[Standing]) -> Mapping[str, str]:
    """The two headers that say how much is allowed, and how much of it is left."""
    policies = [
        f'"{standing.limit.name}";q={standing.limit.most};w={WINDOW_SECONDS}'
        for standing in standings
    ]
    left = [
        f'"{standing.limit.name}";r={max(standing.left, 0)};t={standing.reset}'
        for standing in standings
    ]
    return {"RateLimit-Policy": ", ".join(policies), "RateLimit": ", ".join(left)}


def register(app: Flask, limits: Limits) -> None:
    """Count requests by ``limits``, and state in each answer where its caller stands."""
    app.extensions[EXTENSION] = limits

    @app.after_request
    def add_headers(response: Response) -> Response:
        standings = request.environ.get(STANDINGS)
        if standings:
            response.headers.update(headers(standings))
        return response
