"""Sends many webhooks at once over libcurl's multi interface, in one thread."""

from __future__ import annotations

import time
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator
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
from services.notices.channels.webhook.resolver import Addresses, Resolver
from services.notices.channels.webhook.transfer import Transfer
from services.notices.egress import BlockedAddressError, Egress, EgressError, EndpointUrl
from shared.times import Clock, utc_now

# libcurl's own file descriptors are watched with select(), which cannot see those past 1023; a
# short wait means that even such a transfer goes on, only a little later.
LONGEST_WAIT = 0.1
WAIT_FOR_NAMES = 0.005
# Whenever libcurl looks for answers it asks for that of each transfer under way. While few answer
# at a time, it looks only so often: else many slow receivers would cost several times what the
# messages do.
GATHER = 0.005
FEW = 1 / 8
# Who looks again only after so long (the database was away, say) has answers waiting that came in
# time: they are read before anybody's time is up.
AWAY = 0.5
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
    """Keeps up to `limits.in_flight` attempts going; use it from one thread only.

    `submit` while `free`, then take what `finished`, and come back soon: transfers move on only
    inside these calls. Every submitted message ends as exactly one outcome within `limits.total_s`
    (and a little): never as an exception, never as silence. The time in which nobody came back is
    not the receiver's, and does not count. The resolver is closed with the sender.
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
        self._looked_at, self._few = 0.0, False

    @property
    def in_flight(self) -> int:
        """Messages submitted whose outcome has not been taken yet."""
        return len(self._flying) + len(self._waiting) + len(self._done)

    @property
    def free(self) -> int:
        """How many messages may be submitted now."""
        return self._limits.in_flight - self.in_flight

    def crowded(self, url: str) -> bool:
        """Whether as many attempts as allowed are under way to the address this URL leads to, as
        far as that is known now."""
        if len(self._flying) < self._limits.per_address:
            return False
        try:
            checked = self._checked(url)
        except EgressError:
            return False
        addresses = checked.addresses or self._resolver.known(checked.host)
        return bool(addresses) and self._at[int(addresses[0])] >= self._limits.per_address

    def submit(self, outgoing: Outgoing) -> None:
        """Starts an attempt. RuntimeError when nothing is free."""
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
        """The outcomes since the last call; waits up to `wait` seconds for the first one."""
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
        self._few = len(done) < FEW * len(self._flying)
        return done

    def hurry(self, most: int) -> None:
        """Ends up to `most` attempts that are past their patience, the oldest first."""
        now, tardy = self._monotonic(), list[pycurl.Curl]()
        if now - self._looked_at >= AWAY:
            return  # Their answers may be here.
        for curl, (_, flight) in self._flying.items():
            patience = flight.outgoing.patience_s
            if len(tardy) == most or (patience is not None and now - flight.started < patience):
                break  # Those that follow departed later.
            if patience is not None:
                tardy.append(curl)
        for curl in tardy:
            _, flight = self._land(curl)
            self._refuse(flight, CUT_SHORT)

    def send_all(self, messages: Iterable[Outgoing]) -> Iterator[Outcome]:
        """Sends all messages, as many at once as allowed, and gives each outcome as it comes."""
        for outgoing in messages:
            while self.free <= 0:
                yield from self.finished(LONGEST_WAIT)
            self.submit(outgoing)
        while self.in_flight:
            yield from self.finished(LONGEST_WAIT)

    def close(self) -> None:
        """Ends every transfer and connection; what is in flight gets no outcome."""
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
        # Judging costs more than sending; the rules do not change while the process lives.
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
        if self._few:
            early = min(self._looked_at + GATHER, until) - self._monotonic()
            time.sleep(max(0.0, early))

    def _advance(self) -> None:
        if self._waiting:
            self._resolver.learn()
            waiting, self._waiting = self._waiting, []
            for flight in waiting:
                self._resolve(flight)
        if self._flying:
            self._look()
            self._multi.perform()
            self._collect()

    def _look(self) -> None:
        before, self._looked_at = self._looked_at, self._monotonic()
        if self._looked_at - before < AWAY:
            return
        for transfer, flight in self._flying.values():
            away = self._looked_at - max(before, flight.started)
            if away >= AWAY:
                transfer.wait_longer(away)

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
    """The first address and one more, of the other family if there is one."""
    first, *others = addresses
    others.sort(key=lambda address: address.version == first.version)
    return (first, *others[: ADDRESSES_TRIED - 1])
