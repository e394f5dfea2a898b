"""What every channel is asked: where it sends, what follows an attempt, and what proves it.

``Channel`` is what escalation, evidence, receipts and retention know of a channel. One without an
engine of its own is an ``AddressChannel``: the loop that all of them share sends for it.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, ClassVar, Literal, Protocol

from services.notices.model.answering import Answering
from services.notices.model.deliveries import DELIVERED
from services.notices.model.receipts import Moments
from services.notices.model.stored import StoredMessage, StoredSending

State = Literal["delivered", "retry", "failed", "disabled"]
Verdict = Literal["accepted", "temporary", "permanent"]
Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Next:
    """What follows an attempt; ``after`` is set for ``retry`` only.

    ``failed``: the last attempt failed, or another one would fail alike; never silent, the notice
    escalates. ``disabled``: the receiver wants nothing more until its owner enables it.
    """

    state: State
    after: timedelta | None = None


@dataclass(frozen=True)
class Part:
    """One form of a message, as it would leave."""

    media_type: str
    content: str


@dataclass(frozen=True)
class Preview:
    """What a customer would get over one channel; ``subject`` where the channel has one."""

    parts: Sequence[Part]
    subject: str | None = None


@dataclass(frozen=True)
class Tried:
    """One attempt. ``outcome`` is ``delivered`` or a stable error code; ``status`` of HTTP or SMTP.

    ``answer``: what the receiver said, word for word; None where that is no evidence.
    """

    at: datetime
    channel: str
    recipient: str
    outcome: str
    status: int | None
    duration_ms: int
    answer: str | None = None


class Channel(Protocol):
    """``name``: as agreements name it. ``collection``: where its deliveries are stored."""

    @property
    def name(self) -> str: ...
    @property
    def collection(self) -> str: ...
    def recipient(self, row: Row) -> str:
        """Where a delivery goes, as it may be shown."""
        ...

    def moments(self, row: Row) -> Moments:
        """When a delivery was sent and delivered; what counts as that is the channel's to say."""
        ...

    def evidence(self, row: Row) -> Sequence[Tried]:
        """The attempts of a delivery."""
        ...

    def preview(self, kind: str, language: str, body: bytes, answering: Answering) -> Preview:
        """What a customer who is written to in ``language`` would get. ``body``: of the webhook
        message of this ``kind``; ``answering``: with what stands in place of the link."""
        ...


@dataclass(frozen=True)
class Address:
    """One place to send to. ``key``: equal for two spellings of one address. ``to``: what a
    delivery keeps of it, and may show. ``language``: in which its reader is written to, if that
    was said."""

    channel: str
    key: str
    to: Mapping[str, str]
    language: str | None = None


@dataclass(frozen=True)
class Customer:
    """Whom an agreement names. ``channels``: by name, as it was agreed. ``addresses``: by channel,
    what the customer has left for it. Nobody for a customer that is not known."""

    contacts: Sequence[Row] = ()
    channels: Sequence[str] = ()
    language: str | None = None
    addresses: Mapping[str, Row] = field(default_factory=dict)


class Outcome(Protocol):
    """How one attempt ended. ``status`` and ``answer``: the receiver's last words, as they came.

    ``recipient``: the answer was about the address, not about the way to it.
    ``server_is_away``: the next delivery would fare the same.
    """

    @property
    def verdict(self) -> Verdict: ...
    @property
    def code(self) -> str | None: ...
    @property
    def status(self) -> int | None: ...
    @property
    def answer(self) -> str: ...
    @property
    def duration_ms(self) -> int: ...
    @property
    def recipient(self) -> bool: ...
    @property
    def server_is_away(self) -> bool: ...


class Unwritable(ValueError):
    """A delivery that must not leave as it was written; its text may be kept as the answer."""


@dataclass(frozen=True)
class Claimed:
    """A sending to be sent now. ``message`` and ``body`` (of the webhook message) are None for a
    warning, which has its own ``data``. ``secret``: what the customer has sealed for the address.
    """

    row: StoredSending
    message: StoredMessage | None = None
    body: Mapping[str, Any] | None = None
    vendor: str | None = None
    secret: str | None = None


class Sender(Protocol):
    """Use it from one thread; ``close`` it after a batch. ``seconds``: the whole of one attempt."""

    @property
    def seconds(self) -> int: ...
    def write(self, claimed: Claimed) -> Any:
        """The delivery as it leaves; raises ``Unwritable`` or anything else when there is none."""
        ...

    def send(self, written: Any) -> Outcome: ...
    def close(self) -> None: ...


class Posted(Protocol):
    """The end of one POST; ``code`` is None for a final 2xx."""

    @property
    def status(self) -> int | None: ...
    @property
    def code(self) -> str | None: ...
    @property
    def duration_ms(self) -> int: ...
    @property
    def retry_after_s(self) -> int | None: ...
    @property
    def body(self) -> bytes: ...


Post = Callable[[str, Mapping[str, str], bytes], Posted]


def nobody(_: str | None) -> str:
    return ""


def no_link(_slug: str, _subscriber: str) -> str:
    return ""


def no_thread(_: Row) -> tuple[Row | None, str]:
    return None, ""


@dataclass(frozen=True)
class Kit:
    """What senders are made of. ``settings``: of channels that have some, by name; ``post``: one
    POST within the egress rules; ``answer_url``: the link by which the reader of a message answers,
    or empty; ``end_url``: by which a subscriber of a register (its slug) ends it; ``reply_to``:
    where a vendor reads answers, empty while nobody knows; ``thread_of``: the sending of the notice
    that another one follows, to the same address, and the id of that notice."""

    settings: Mapping[str, Any]
    post: Post
    answer_url: Callable[[Row, Row, Row], str]
    seconds: int
    end_url: Callable[[str, str], str] = no_link
    reply_to: Callable[[str | None], str] = nobody
    thread_of: Callable[[Row], tuple[Row | None, str]] = no_thread


def tries(row: Row, channel: str, recipient: str) -> Sequence[Tried]:
    """Return the attempts of a delivery, oldest first; ``answer`` where the channel keeps it."""
    return [
        Tried(
            at=attempt["at"],
            channel=channel,
            recipient=recipient,
            outcome=attempt["code"] or DELIVERED,
            status=attempt["status"],
            duration_ms=attempt["duration_ms"],
            answer=attempt.get("answer"),
        )
        for attempt in row["attempts"]
    ]


class AddressChannel(ABC):
    """A channel that sends to addresses of a customer and has no engine of its own.

    ``prefix``: of the ids of its deliveries. ``is_fallback``: whether it is used where an agreement
    does not name it, when nothing else reached the customer. ``forms``: of the addresses that
    customers may leave for it; none when it takes none. ``no_address``: why a customer cannot be
    reached that has left none; None where that needs no word of its own.
    """

    name: ClassVar[str]
    collection: ClassVar[str]
    prefix: ClassVar[str]
    is_fallback: ClassVar[bool] = False
    forms: ClassVar[Sequence[str]] = ()
    no_address: ClassVar[str | None] = None

    @abstractmethod
    def is_on(self, settings: Mapping[str, Any]) -> bool:
        """Whether anything can be sent, by the settings of channels."""

    @abstractmethod
    def sender(self, kit: Kit) -> Sender: ...

    @abstractmethod
    def addresses(self, customer: Customer) -> Sequence[Address]:
        """Where it would send, in the order to be tried, each address once."""

    @abstractmethod
    def preview(self, kind: str, language: str, body: bytes, answering: Answering) -> Preview:
        """See ``Channel``."""

    @abstractmethod
    def next_attempt(self, number: int, outcome: Outcome, jitter: float) -> Next:
        """What follows the attempt with this number; the first is 1, ``jitter`` in [-1, 1]."""

    def recipient(self, row: Row) -> str:
        return str(next(iter(row["to"].values())))

    def moments(self, row: Row) -> Moments:
        """Sent is delivered here: the receiver took the delivery and has not handed it back."""
        taken = row["delivered_at"] if row["state"] == DELIVERED else None
        return Moments(sent_at=taken, delivered_at=taken)

    def evidence(self, row: Row) -> Sequence[Tried]:
        return tries(row, self.name, self.recipient(row))


def in_order(addresses: Sequence[Address], refused: Mapping[str, object]) -> list[Address]:
    """Those that handed something back come last: a notice is not given up while one is left."""
    return sorted(addresses, key=lambda address: address.key in refused)
