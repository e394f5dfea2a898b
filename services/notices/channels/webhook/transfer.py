"""One libcurl handle, reused for many attempts, with limits that no receiver can change."""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pycurl

from services.notices.channels.webhook import codes
from services.notices.channels.webhook.answer import Answer, retry_after
from services.notices.channels.webhook.messages import Limits, Outcome, Outgoing
from shared.dialling import PROTOCOLS, Guard, careful_options, pinned
from shared.egress import Address, Egress, EndpointUrl

# Names in lower case are fine for HTTP/1.1 too. An empty Expect keeps libcurl's own out.
_OWN_HEADERS = ("content-type: application/json", "accept-encoding: identity", "expect:")
_USER_AGENT = "Art28-Webhooks/1"
_RESERVED = frozenset(line.partition(":")[0] for line in _OWN_HEADERS) | {
    "accept",
    "connection",
    "content-length",
    "host",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "user-agent",
}


class Transfer:
    """Carries one attempt at a time."""

    def __init__(self, egress: Egress, limits: Limits, ca_file: str) -> None:
        self._guard, self._limits = Guard(egress), limits
        self._diverted = False
        self._answer = Answer(limits.body_bytes)
        self._scheme, self._limit_ms = "", 0
        self._connect_ms = round(limits.connect_s * 1000)
        self.curl = pycurl.Curl()
        for option, value in _fixed(limits, ca_file).items():
            self.curl.setopt(option, value)
        self.curl.setopt(pycurl.OPENSOCKETFUNCTION, self._guard.open_socket)
        self.curl.setopt(pycurl.HEADERFUNCTION, self._answer.take_header)
        self.curl.setopt(pycurl.WRITEFUNCTION, self._answer.take_body)

    def load(
        self, outgoing: Outgoing, url: EndpointUrl, address: Address, seconds_left: float
    ) -> None:
        """Prepare the next attempt, to exactly this address; ValueError on unusable headers."""
        curl, limit_ms = self.curl, max(1, math.ceil(seconds_left * 1000))
        self._answer.forget()
        self._guard.refused = False
        curl.setopt(pycurl.URL, url.ascii_url)
        curl.setopt(pycurl.HTTPHEADER, _header_lines(outgoing))
        curl.setopt(pycurl.POSTFIELDS, outgoing.body)
        # Scheme and limit are nearly always unchanged, and setting an option costs time.
        if url.scheme != self._scheme:
            curl.setopt(pycurl.PROTOCOLS, PROTOCOLS[url.scheme])
            self._scheme = url.scheme
        if limit_ms != self._limit_ms:
            self._limit(limit_ms, 0)
        self._divert(url, address)

    def wait_longer(self, seconds: float) -> None:
        """Extend the limits by a pause of this process: it is not the receiver's time."""
        late_ms = math.ceil(seconds * 1000)
        self._limit(self._limit_ms + late_ms, late_ms)

    def _limit(self, total_ms: int, late_ms: int) -> None:
        self._limit_ms = total_ms
        self.curl.setopt(pycurl.TIMEOUT_MS, total_ms)
        self.curl.setopt(pycurl.CONNECTTIMEOUT_MS, self._connect_ms + late_ms)

    def outcome(
        self, key: str, error: tuple[int, str] | None, ms: int, now: Callable[[], datetime]
    ) -> Outcome:
        """Return the outcome; `error` is the error that libcurl reported, if any."""
        answer, status = self._answer, self._status()
        code = self._code(status, error)
        return Outcome(
            key=key,
            ok=code is None,
            status=status,
            code=code,
            duration_ms=ms,
            retry_after_s=retry_after(answer.hints, now()) if answer.hints else None,
            body=answer.body,
            location=answer.location,
            address=self.curl.getinfo(pycurl.PRIMARY_IP) or None,
            stops=answer.stops,
        )

    @property
    def unconnected(self) -> bool:
        """Whether the last attempt ended without any connection.

        A reused connection shows no connect time, but the size of the request sent over it.
        """
        signs = (pycurl.CONNECT_TIME_T, pycurl.REQUEST_SIZE)
        return not self._guard.refused and not any(map(self.curl.getinfo, signs))

    def close(self) -> None:
        self.curl.close()

    def _status(self) -> int | None:
        """Return the status of a final answer whose header lines are complete."""
        status: int = self.curl.getinfo(pycurl.RESPONSE_CODE)
        return status if self._answer.complete and status >= 200 else None

    def _code(self, status: int | None, error: tuple[int, str] | None) -> str | None:
        if self._guard.refused:
            return "blocked_address"
        if self._answer.broken:
            return "bad_response"
        # We cut off a body at its size limit; the status counts, so a 2xx is a success however long
        # the body is. A body unfinished at the time limit is a failure.
        if status is not None and (error is None or self._answer.full):
            return codes.of_status(status)
        errno, message = error or (pycurl.E_GOT_NOTHING, "")
        if errno == pycurl.E_OPERATION_TIMEDOUT and self.unconnected:
            return "connect_failed"
        return codes.of_failure(errno, message, self.curl.getinfo(pycurl.SSL_VERIFYRESULT))

    def _divert(self, url: EndpointUrl, address: Address) -> None:
        pin = pinned(url, address)
        if pin is not None:
            self.curl.setopt(pycurl.CONNECT_TO, pin)
        elif self._diverted:
            self.curl.unsetopt(pycurl.CONNECT_TO)
        self._diverted = pin is not None


def _fixed(limits: Limits, ca_file: str) -> dict[int, Any]:
    return {
        **careful_options(ca_file),
        pycurl.POST: 1,
        pycurl.USERAGENT: _USER_AGENT,
        pycurl.MAXAGE_CONN: limits.pool_s,
        pycurl.MAXLIFETIME_CONN: limits.pool_s,
    }


def _header_lines(outgoing: Outgoing) -> list[str]:
    lines = [f"{name}: {value}" for name, value in outgoing.headers.items()]
    if not "".join(lines).isprintable():
        raise ValueError("a header holds control characters")
    if not _RESERVED.isdisjoint(map(str.lower, outgoing.headers)):
        raise ValueError("a header that the sender sets itself")
    return [*lines, *_OWN_HEADERS]
