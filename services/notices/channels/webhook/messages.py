"""The input and the output of the sender."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

# No attempt was made: too many are in flight to the same address. Try again soon.
ADDRESS_BUSY = "address_busy"
# The attempt was aborted before its time limit, because other deliveries needed its place.
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
    """One signed message for one endpoint. The outcome carries the same `key`.

    `soft_limit_s`: after this long without an answer the attempt may be cut short; None: never.
    """

    key: Any
    url: str
    headers: Mapping[str, str]
    body: bytes
    soft_limit_s: float | None = None


class Outcome(NamedTuple):
    """The result of one attempt. `ok` only for a final 2xx; otherwise `code` is the reason.

    `status` is the receiver's last final status, if any, even if the attempt failed after it.
    `stops`: the receiver asked that nothing more be sent there.
    `body` holds the first bytes of the answer, unchanged: show it escaped, to its owner only.
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
    stops: bool = False
