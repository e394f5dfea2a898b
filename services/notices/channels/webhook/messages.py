"""What goes into the sender and what comes out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

# No attempt at all: too many are under way to the same address. Try again soon.
ADDRESS_BUSY = "address_busy"
# The attempt was ended before its time, because others needed its place.
CUT_SHORT = "cut_short"


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of every attempt. Seconds, bytes, counts.

    `total_s` covers name, connection, request and the whole answer. `connect_s` covers connecting
    and the TLS handshake. `pool_s` is the life of an idle or reused connection. `per_address`: how
    many of `in_flight` may go to one network address, whatever its names.
    """

    total_s: float = 15.0
    connect_s: float = 5.0
    resolve_s: float = 5.0
    body_bytes: int = 16 * 1024
    in_flight: int = 512
    per_address: int = 512
    pool_s: int = 60
    ca_file: str | None = None  # None: the certificates of certifi


class Outgoing(NamedTuple):
    """One signed message for one endpoint. `key`, whatever it is, comes back in the outcome.

    `patience_s`: after so long without an answer its place may be taken; None: it has the whole
    time limit.
    """

    key: Any
    url: str
    headers: Mapping[str, str]
    body: bytes
    patience_s: float | None = None


class Outcome(NamedTuple):
    """How one attempt ended. `ok` only for a final 2xx; otherwise `code` says why not.

    `status` is the receiver's last final status if there was one, even if the attempt failed later.
    `body` holds the first bytes of the answer as they came: show it escaped, to its owner only.
    """

    key: Any
    ok: bool
    status: int | None
    code: str | None
    duration_ms: int
    retry_after_s: int | None = None
    body: bytes = b""
    location: str | None = None
    address: str | None = None
