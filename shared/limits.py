"""How often one address or client may ask, counted for all processes together (decision 0024).

The counting is that of the library ``limits``, on MongoDB: fixed windows, one counter each. So
that a page of a tenth of a millisecond does not wait for a database, a process counts by itself
and adds to the common counter once for every twentieth part of what a window allows. With n
processes a limit is therefore kept to within n twentieths. A database that is away limits nobody
beyond what each process has seen itself.

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
# A window that has seen so many different callers begins anew for all of them.
MOST_CALLERS = 50_000
DATABASE_MS = 500
PAUSE_SECONDS = 5.0
EXTENSION = "art28.limits"
# Where the standings of one request are noted, for its headers.
STANDINGS = "art28.standings"


class TooManyAsked(TooManyRequests):
    """More was asked than one address or client may ask; wait as long as Retry-After says."""

    code = "rate-limited"

    def __init__(self, standing: Standing) -> None:
        super().__init__(context={"limit": standing.limit.most, "seconds": WINDOW_SECONDS})
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
    """Requests of one caller in a window: known to all, and not yet told of."""

    told: int = 0
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
        if count.own >= max(1, limit.most // PARTS) and count.told <= limit.most:
            self._tell(count, f"{limit.name}/{who}/{window}")
        left = limit.most - count.told - count.own
        return Standing(limit, left, WINDOW_SECONDS - now % WINDOW_SECONDS)

    def _tell(self, count: _Count, key: str) -> None:
        if self.monotonic() < self._away_until:
            return
        own = count.own
        try:
            count.told = self.storage.incr(key, 2 * WINDOW_SECONDS, amount=own)
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
    """The limits of one app."""

    counters: Counters
    address: Limit
    costly: Limit
    client: Limit

    @classmethod
    def of(cls, settings: Common) -> Limits:
        return cls(
            counters(settings.mongo_url, settings.database("limits")),
            Limit("address", settings.limit_address),
            Limit("costly", settings.limit_costly),
            Limit("client", settings.limit_client),
        )

    def hit(self, limit: Limit, who: str | None) -> Standing | None:
        """None for whoever is not limited: a service in this process has no address."""
        return self.counters.hit(limit, who) if limit.most and who else None

    def check(self, limit: Limit, who: str | None) -> None:
        """Count this request, and note its standing for the headers. Raises ``TooManyAsked``."""
        standing = self.hit(limit, who)
        if standing is not None:
            request.environ.setdefault(STANDINGS, []).append(standing)
            if standing.over:
                raise TooManyAsked(standing)


def caller_of(address: str | None) -> str | None:
    """Who an address counts as: an IPv6 one as its network, for a household has a /64."""
    if not address or ":" not in address:
        return address
    try:
        found = ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if isinstance(found, IPv6Address) and found.ipv4_mapped is None:
        return str(IPv6Address(int(found) >> 64 << 64))
    return str(getattr(found, "ipv4_mapped", None) or found)


def headers(standings: Iterable[Standing]) -> Mapping[str, str]:
    """The two headers that say how much is allowed, and how much of it is left."""
    policies = [f'"{each.limit.name}";q={each.limit.most};w={WINDOW_SECONDS}' for each in standings]
    left = [f'"{each.limit.name}";r={max(each.left, 0)};t={each.reset}' for each in standings]
    return {"RateLimit-Policy": ", ".join(policies), "RateLimit": ", ".join(left)}


def register(app: Flask, limits: Limits) -> None:
    """Count by ``limits`` from now on, and say in each answer where its request stands."""
    app.extensions[EXTENSION] = limits

    @app.after_request
    def tell(response: Response) -> Response:
        standings = request.environ.get(STANDINGS)
        if standings:
            response.headers.update(headers(standings))
        return response
