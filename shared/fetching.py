"""Fetch documents from hosts that others name: by the rules of egress, within limits."""

from __future__ import annotations

import math
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Lock

import certifi
import pycurl

from shared.dialling import PROTOCOLS, Guard, careful_options, pinned
from shared.egress import Address, Egress, EgressError, EndpointUrl
from shared.lookups import BoundedLookup

USER_AGENT = "Art28/1"
# How many threads of a process may wait for hosts of others at once, and for one of them: the rest
# of its threads go on answering, whoever is slow.
AT_ONCE, AT_ONE_HOST = 8, 2


class FetchFailed(Exception):
    """No whole answer came in time and size, or the address may not be dialled; the text says
    which of these, and nothing of what lies behind the address."""


@dataclass(frozen=True)
class Fetched:
    """A whole answer."""

    status: int
    headers: Mapping[str, str]
    body: bytes = field(repr=False)


@dataclass
class Places:
    """Who may wait for a host of others at this moment."""

    _waiting: Counter[str] = field(default_factory=Counter)
    _lock: Lock = field(default_factory=Lock)

    @contextmanager
    def place(self, host: str) -> Iterator[None]:
        """Hold a place. Raises ``FetchFailed`` at once where there is none."""
        with self._lock:
            if self._waiting[host] >= AT_ONE_HOST or self._waiting.total() >= AT_ONCE:
                raise FetchFailed("too many wait for it already")
            self._waiting[host] += 1
        try:
            yield
        finally:
            with self._lock:
                self._waiting[host] -= 1
                self._waiting += Counter()  # Forget hosts for which nobody waits.


@dataclass(frozen=True)
class Fetcher:
    """``seconds``: for one request, from name to last byte. ``most_bytes``: of a body."""

    egress: Egress
    seconds: float = 4.0
    most_bytes: int = 256 * 1024
    ca_file: str | None = None  # None: the certificates of certifi
    names: BoundedLookup = field(default_factory=BoundedLookup)
    monotonic: Callable[[], float] = time.monotonic
    places: Places = field(default_factory=Places)

    def fetch(
        self, url: str, *, headers: Mapping[str, str] | None = None, body: bytes | None = None
    ) -> Fetched:
        """The answer to a GET, or to a POST of ``body``. Raises ``FetchFailed``."""
        started = self.monotonic()
        try:
            target = self.egress.check_url(url)
        except EgressError as error:
            raise FetchFailed(str(error)) from error
        with self.places.place(target.host):
            return self._fetched(target, started, headers or {}, body)

    def _fetched(
        self, target: EndpointUrl, started: float, headers: Mapping[str, str], body: bytes | None
    ) -> Fetched:
        try:
            address = self._judged_address(target)
        except EgressError as error:
            raise FetchFailed(str(error)) from error
        left = self.seconds - (self.monotonic() - started)
        if left <= 0:
            raise FetchFailed("the name was not resolved in time")
        return self._perform(target, address, headers, body, left)

    def _judged_address(self, target: EndpointUrl) -> Address:
        """The first address of the name, after all of them were judged; EgressError."""
        addresses = target.addresses or self.names.addresses(target.host)
        self.egress.judge(addresses)
        return addresses[0]

    def _perform(
        self,
        target: EndpointUrl,
        address: Address,
        headers: Mapping[str, str],
        body: bytes | None,
        seconds: float,
    ) -> Fetched:
        answer, guard, curl = _Answer(self.most_bytes), Guard(self.egress), pycurl.Curl()
        try:
            for option, value in careful_options(self.ca_file or certifi.where()).items():
                curl.setopt(option, value)
            curl.setopt(pycurl.OPENSOCKETFUNCTION, guard.open_socket)
            curl.setopt(pycurl.HEADERFUNCTION, answer.take_header)
            curl.setopt(pycurl.WRITEFUNCTION, answer.take_body)
            curl.setopt(pycurl.URL, target.ascii_url)
            curl.setopt(pycurl.PROTOCOLS, PROTOCOLS[target.scheme])
            curl.setopt(pycurl.USERAGENT, USER_AGENT)
            curl.setopt(pycurl.HTTPHEADER, _lines(headers))
            curl.setopt(pycurl.TIMEOUT_MS, math.ceil(seconds * 1000))
            if body is not None:
                curl.setopt(pycurl.POSTFIELDS, body)
            if pin := pinned(target, address):
                curl.setopt(pycurl.CONNECT_TO, pin)
            curl.perform()
            return Fetched(curl.getinfo(pycurl.RESPONSE_CODE), answer.headers, bytes(answer.body))
        except pycurl.error as error:
            raise FetchFailed(_reason(error.args[0], answer, guard)) from error
        finally:
            curl.close()


class _Answer:
    """Headers and body of one answer, up to a size."""

    def __init__(self, most: int) -> None:
        self._most, self.headers, self.body = most, dict[str, str](), bytearray()
        self._header_bytes, self.too_large = 0, False

    def take_header(self, line: bytes) -> int:
        self._header_bytes += len(line)
        if self._over(self._header_bytes):
            return 0
        name, colon, value = line.decode("latin-1").partition(":")
        if colon:
            self.headers[name.strip().lower()] = value.strip()
        return len(line)

    def take_body(self, part: bytes) -> int:
        if self._over(len(self.body) + len(part)):
            return 0
        self.body += part
        return len(part)

    def _over(self, size: int) -> bool:
        self.too_large = self.too_large or size > self._most
        return self.too_large


def _lines(headers: Mapping[str, str]) -> list[str]:
    lines = [f"{name}: {value}" for name, value in headers.items()]
    if not "".join(lines).isprintable():
        raise FetchFailed("a header holds control characters")
    return [*lines, "accept-encoding: identity", "expect:"]


def _reason(errno: object, answer: _Answer, guard: Guard) -> str:
    if guard.refused:
        return "the address may not be dialled"
    if answer.too_large:
        return "the answer is too large"
    if errno == pycurl.E_OPERATION_TIMEDOUT:
        return "the answer did not come in time"
    if errno in (pycurl.E_SSL_CONNECT_ERROR, pycurl.E_PEER_FAILED_VERIFICATION):
        return "the certificate is not trusted, or TLS failed"
    return "no connection, or an answer that is no HTTP"
