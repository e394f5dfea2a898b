"""Sends many messages with one sender, for tests of the sender alone."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from services.notices.channels.webhook import Outcome, Outgoing, Sender

WAIT = 0.1


def send_all(sender: Sender, messages: Iterable[Outgoing]) -> Iterator[Outcome]:
    """Send all messages, as many at once as allowed; yield each outcome as it arrives."""
    for outgoing in messages:
        while sender.free <= 0:
            yield from sender.finished(WAIT)
        sender.submit(outgoing)
    while sender.in_flight:
        yield from sender.finished(WAIT)
