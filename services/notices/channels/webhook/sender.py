"""Sends many webhooks at once over libcurl's multi interface, in one thread."""

from __future__ import annotations

import time
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass
from types import TracebackType
from typing import Self

import certifi
import pycurl

from services.notices.channels.webhook.messages import (
    ADDRESS_BUSY,
    CUT_SHORT,
    Limits,
    Outcome,
    Outgoing,
)
from services.notices.channels.webhook.resolver import Resolver
from services.notices.channels.webhook.transfer import Transfer
from shared.egress import BlockedAddressError, Egress, EgressError, EndpointUrl
from shared.lookups import Addresses
from shared.times import Clock, utc_now

# libcurl's own file descriptors are watched with select(), which cannot see those past 1023; a
# short wait means that even such a transfer goes on, only a little later.
LONGEST_WAIT = 0.1
WAIT_FOR_NAMES = 0.005
# libcurl checks every transfer in flight each time it is called. While only a few of them have
# answers at a time, it is called at most this often: otherwise many slow receivers would cost
# several times as much as the messages.
GATHER_S = 0.005
# Few: fewer than this part of the transfers in flight had an answer.
SPARSE_ANSWERS = 1 / 8
# After a pause this long (a database stall), read answers before enforcing time limits: they may
# have arrived in time.
STALL_AFTER_S = 0.5
URLS_KEPT = 10_000
ADDRESSES_TRIED = 2


@dataclass(slots=True)
class _Flight:
    outgoing: Outgoing
    url: EndpointUrl
    started: float
    left: Addresses = ()
    address: int | None = None


class Sender:
    """Keeps up to `limits.in_flight` attempts in flight. Use it from one thread only.

    Call `submit` while places are `free`, then `finished`, again and again: transfers advance only
    inside these calls. Every submitted message ends as exactly one outcome, at most a little later
    than `limits.total_s`; neither an exception nor silence takes its place. A pause between calls
    does not count against the receiver's time. The resolver is closed with the sender.
    """

    def __init__(
        self,
        egress: Egress,
        limits: Limits = Limits(),  # noqa: B008 - frozen
        *,
        resolver: Resolver | None = None,
        now: Clock = utc_now,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._egress, self._limits = egress, limits
        self._now, self._monotonic = now, monotonic
        self._resolver = resolver or Resolver()
        self._multi = pycurl.CurlMulti()
        self._multi.setopt(pycurl.M_MAXCONNECTS, limits.in_flight)
        self._ca_file = limits.ca_file or certifi.where()
        self._idle: list[Transfer] = []
        self._flying: dict[pycurl.Curl, tuple[Transfer, _Flight]] = {}
        self._waiting: list[_Flight] = []
        self._done: deque[Outcome] = deque()
        self._urls: dict[str, EndpointUrl] = {}
        self._at: Counter[int] = Counter()
        self._advanced_at, self._are_sparse = 0.0, False

    @property
    def in_flight(self) -> int:
        """The number of submitted messages whose outcome has not been taken yet."""
        return len(self._flying) + len(self._waiting) + len(self._done)

    @property
    def free(self) -> int:
        """The number of messages that may be submitted now."""
        return self._limits.in_flight - self.in_flight

    def crowded(self, url: str) -> bool:
        """Return whether the address behind this URL has as many attempts in flight as allowed.

        False while the address is not known.
        """
        if len(self._flying) < self._limits.per_address:
            return False
        try:
            checked = self._checked(url)
        except EgressError:
            return False
        addresses = checked.addresses or self._resolver.known(checked.host)
        return bool(addresses) and self._at[int(addresses[0])] >= self._limits.per_address

    def submit(self, outgoing: Outgoing) -> None:
        """Start an attempt. Raises RuntimeError when no place is free."""
        if self.free <= 0:
            raise RuntimeError("the sender is full: take what has finished first")
        started = self._monotonic()
        try:
            url = self._checked(outgoing.url)
        except EgressError as error:
            self._done.append(Outcome(outgoing.key, False, None, error.code, 0))
            return
        flight = _Flight(outgoing, url, started)
        if url.addresses:
            self._depart(flight, url.addresses)
        else:
            self._resolve(flight)

    def finished(self, wait: float = 0.0) -> list[Outcome]:
        """Return the outcomes since the last call; wait up to `wait` seconds for the first one."""
        until = self._monotonic() + wait
        while True:
            self._gather(until)
            self._advance()
            left = until - self._monotonic()
            if self._done or left <= 0 or not self.in_flight:
                break
            self._rest(left)
        done = list(self._done)
        self._done.clear()
        self._are_sparse = len(done) < SPARSE_ANSWERS * len(self._flying)
        return done

    def cut_short(self, limit: int) -> None:
        """Abort up to `limit` first tries over their soft limit, oldest first."""
        now, tardy = self._monotonic(), list[pycurl.Curl]()
        if now - self._advanced_at >= STALL_AFTER_S:
            return  # Their answers may have arrived.
        for curl, (_, flight) in self._flying.items():
            soft_limit = flight.outgoing.soft_limit_s
            is_early = soft_limit is not None and now - flight.started < soft_limit
            if len(tardy) == limit or is_early:
                break  # The attempts that follow started later.
            if soft_limit is not None:
                tardy.append(curl)
        for curl in tardy:
            _, flight = self._land(curl)
            self._refuse(flight, CUT_SHORT)

    def close(self) -> None:
        """Close every transfer and connection; attempts in flight get no outcome."""
        for transfer, _ in self._flying.values():
            self._multi.remove_handle(transfer.curl)
            transfer.close()
        for transfer in self._idle:
            transfer.close()
        self._flying.clear()
        self._idle.clear()
        self._waiting.clear()
        self._multi.close()
        self._resolver.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self.close()

    def _checked(self, text: str) -> EndpointUrl:
        # Judging a URL costs more than sending to it, and the rules are fixed while a process runs.
        url = self._urls.get(text)
        if url is None:
            url = self._egress.check_url(text)
            if len(self._urls) >= URLS_KEPT:
                self._urls.clear()
            self._urls[text] = url
        return url

    def _resolve(self, flight: _Flight) -> None:
        addresses = self._resolver.ask(flight.url.host)
        if addresses is None:
            if self._monotonic() - flight.started < self._limits.resolve_s:
                self._waiting.append(flight)
            else:
                self._refuse(flight, "dns_failed")
        elif not addresses:
            self._refuse(flight, "dns_failed")
        else:
            self._judge(flight, addresses)

    def _judge(self, flight: _Flight, addresses: Addresses) -> None:
        try:
            self._egress.judge(addresses)
        except BlockedAddressError as error:
            self._refuse(flight, error.code)
        else:
            self._depart(flight, _spread(addresses))

    def _refuse(self, flight: _Flight, code: str) -> None:
        self._done.append(Outcome(flight.outgoing.key, False, None, code, self._ms(flight)))

    def _depart(self, flight: _Flight, addresses: Addresses) -> None:
        address = int(addresses[0])
        if self._at[address] >= self._limits.per_address:
            self._refuse(flight, ADDRESS_BUSY)
            return
        transfer = self._idle.pop() if self._idle else self._new_transfer()
        flight.left, flight.address = addresses[1:], address
        left = self._limits.total_s - (self._monotonic() - flight.started)
        try:
            transfer.load(flight.outgoing, flight.url, addresses[0], left)
            self._multi.add_handle(transfer.curl)
        except (pycurl.error, ValueError, TypeError):
            self._idle.append(transfer)
            self._refuse(flight, "invalid_request")
        else:
            self._flying[transfer.curl] = (transfer, flight)
            self._at[address] += 1

    def _new_transfer(self) -> Transfer:
        return Transfer(self._egress, self._limits, self._ca_file)

    def _gather(self, until: float) -> None:
        if self._are_sparse:
            early = min(self._advanced_at + GATHER_S, until) - self._monotonic()
            time.sleep(max(0.0, early))

    def _advance(self) -> None:
        if self._waiting:
            self._resolver.learn()
            waiting, self._waiting = self._waiting, []
            for flight in waiting:
                self._resolve(flight)
        if self._flying:
            self._extend_after_stall()
            self._multi.perform()
            self._collect()

    def _extend_after_stall(self) -> None:
        """Give transfers back the time in which this process did not read their answers."""
        before, self._advanced_at = self._advanced_at, self._monotonic()
        if self._advanced_at - before < STALL_AFTER_S:
            return
        for transfer, flight in self._flying.values():
            stalled = self._advanced_at - max(before, flight.started)
            if stalled >= STALL_AFTER_S:
                transfer.wait_longer(stalled)

    def _collect(self) -> None:
        more = 1
        while more:
            more, good, bad = self._multi.info_read()
            for curl in good:
                self._arrive(curl, None)
            for curl, errno, message in bad:
                self._arrive(curl, (errno, message))

    def _arrive(self, curl: pycurl.Curl, error: tuple[int, str] | None) -> None:
        transfer, flight = self._land(curl)
        if error and flight.left and transfer.unconnected and self._in_time(flight):
            self._depart(flight, flight.left)
            return
        key = flight.outgoing.key
        self._done.append(transfer.outcome(key, error, self._ms(flight), self._now))

    def _land(self, curl: pycurl.Curl) -> tuple[Transfer, _Flight]:
        self._multi.remove_handle(curl)
        transfer, flight = self._flying.pop(curl)
        self._idle.append(transfer)
        self._leave(flight.address)
        return transfer, flight

    def _in_time(self, flight: _Flight) -> bool:
        return self._monotonic() - flight.started < self._limits.total_s

    def _leave(self, address: int | None) -> None:
        if address is not None:
            self._at[address] -= 1
            if not self._at[address]:
                del self._at[address]

    def _rest(self, left: float) -> None:
        if not self._flying:
            self._resolver.learn(min(left, LONGEST_WAIT))
        else:
            self._multi.select(min(left, WAIT_FOR_NAMES if self._waiting else LONGEST_WAIT))

    def _ms(self, flight: _Flight) -> int:
        return round((self._monotonic() - flight.started) * 1000)


def _spread(addresses: Addresses) -> Addresses:
    """Return the first address and one more, of the other family if there is one."""
    first, *others = addresses
    others.sort(key=lambda address: address.version == first.version)
    return (first, *others[: ADDRESSES_TRIED - 1])
