"""Short ways to send to a `Receiver`."""

from __future__ import annotations

from collections.abc import Iterator

from services.notices.channels.webhook import Limits, Outcome, Outgoing, Sender
from shared.egress import Egress
from tests.hostile.server import Receiver, Script
from tests.sending import send_all

LOOPBACK = Egress.from_text("127.0.0.0/8, ::1")
# Generous, so that a busy machine fails no test; where a limit itself is tested it is short.
LIMITS = Limits(total_s=5.0, connect_s=3.0, resolve_s=3.0)
SHORT = Limits(total_s=1.0, connect_s=0.5, resolve_s=0.5)
BODY = b'{"type":"webhook.test"}'


def to(url: str, key: str = "dlv_1") -> Outgoing:
    return Outgoing(key, url, {"webhook-id": "msg_1"}, BODY)


def only(outcomes: Iterator[Outcome]) -> Outcome:
    (outcome,) = outcomes
    return outcome


def attempt(sender: Sender, script: Script) -> Outcome:
    with Receiver(script) as receiver:
        return only(send_all(sender, [to(receiver.url())]))
