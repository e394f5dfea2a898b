"""What a customer said outside Art28, by letter or by mail, as its vendor records it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any, Literal

from shared.errors import Conflict, Invalid

Kind = Literal["acknowledgement", "objection", "approval", "objection_withdrawn"]


class ReceivedInFuture(Invalid):
    """A letter cannot be received tomorrow; give the day on which it came."""

    code = "received-in-future"


class ReceivedBeforeNotice(Invalid):
    """A letter cannot answer a notice that was not given yet; give the day on which it came."""

    code = "received-before-notice"


class ReceivedBeforeObjection(Invalid):
    """The objection was made after that day; give the day on which the letter came."""

    code = "received-before-objection"


class LetterRecorded(Conflict):
    """A letter of this kind is recorded for this customer and change already."""

    code = "letter-recorded"


class AcknowledgedAlready(Conflict):
    """This customer has acknowledged the notice already; the first acknowledgement counts."""

    code = "acknowledged-already"


class NoticeUnderway(Conflict):
    """The notice of this customer is being made; try again shortly."""

    code = "notice-underway"


@dataclass(frozen=True)
class Letter:
    """``file``: name and SHA-256 of the file that shows it; ``objection_id``: what became of an
    objection, or which one it withdraws."""

    id: str
    change_id: str
    processor_id: str
    controller_id: str
    kind: Kind
    received_on: date
    text: str
    recorded_at: datetime
    recorded_by: str
    file_id: str | None = None
    file: dict[str, Any] | None = None
    objection_id: str | None = None

    @property
    def received_at(self) -> datetime:
        """An instant of the day on which it came."""
        return said_at(self.received_on, self.recorded_at)


def said_at(received_on: date, now: datetime) -> datetime:
    """An instant of the day on which a letter came, which does not lie ahead."""
    return min(datetime.combine(received_on, time(12), UTC), now)


def check_received(received_on: date, today: date, announced_on: date) -> None:
    """Raises ``ReceivedInFuture`` or ``ReceivedBeforeNotice``; days of the processor."""
    if received_on > today:
        raise _fault(ReceivedInFuture, f"{received_on} lies after {today}.")
    if received_on < announced_on:
        raise _fault(ReceivedBeforeNotice, f"The notice was announced on {announced_on}.")


def check_withdraws(received_on: date, objected_on: date) -> None:
    """Raises ``ReceivedBeforeObjection``; days of the processor."""
    if received_on < objected_on:
        raise _fault(ReceivedBeforeObjection, f"The objection came on {objected_on}.")


def _fault(kind: type[Invalid], detail: str) -> Invalid:
    errors = [{"pointer": "/received_on", "code": kind.code, "detail": detail}]
    return kind(detail, errors=errors)
