"""The interfaces of the dispatcher, and the types that its parts exchange."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from services.notices.channels.webhook import Outcome, Outgoing
from services.notices.model.deliveries import FIRST
from services.notices.model.endpoints import Destination
from services.notices.model.stored import ClaimedDelivery
from shared.mongo import Session


class Sending(Protocol):
    """The sender that the dispatcher needs; ``channels.webhook.Sender`` is one."""

    @property
    def in_flight(self) -> int: ...
    @property
    def free(self) -> int: ...
    def crowded(self, url: str) -> bool: ...
    def submit(self, outgoing: Outgoing) -> None: ...
    def cut_short(self, limit: int) -> None: ...
    def finished(self, wait: float = 0.0) -> list[Outcome]: ...
    def close(self) -> None: ...


class Enqueue(Protocol):
    """Queues a mail to a customer's contacts, once for each ``key``."""

    def __call__(
        self, kind: str, to: str, data: Mapping[str, Any], *, key: str, session: Session
    ) -> object: ...


@dataclass(frozen=True)
class Lease:
    """``seconds``: how long a claim holds; ``attempt_seconds``: the time limit of an attempt."""

    seconds: int
    attempt_seconds: int

    def __post_init__(self) -> None:
        if self.seconds <= 2 * self.attempt_seconds:
            raise ValueError("a lease must be longer than twice the time limit of an attempt")


class Claimed:
    """A delivery that this process has claimed, ready to be signed.

    The claim holds until ``until``, in monotonic seconds; ``sent_at`` is set when the delivery is
    handed to the sender. Instances compare by identity: after a jump of the clock one delivery may
    be claimed twice.
    """

    __slots__ = ("body", "delivery", "endpoint", "is_first", "sent_at", "until")

    def __init__(
        self, delivery: ClaimedDelivery, endpoint: Destination, body: bytes, until: float
    ) -> None:
        self.delivery, self.endpoint, self.body, self.until = delivery, endpoint, body, until
        self.is_first: bool = delivery["lane"] == FIRST
        self.sent_at: datetime | None = None
