"""What became of the data when a sub-processor was no longer used: deleted, returned, or kept by
law (GDPR Art. 28(3)(g), 28(4)), and by which day its confirmation is due."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Literal

from services.registry.clock import months_later
from services.registry.model.changes import Change
from services.registry.model.register import ONE_DAY, Content, EntryUnknown, Row
from services.registry.transfers.stages import CHOSEN_BY_CUSTOMER, is_planned, stage_of
from shared.errors import Conflict, Invalid

Kind = Literal["deleted", "returned", "kept_by_law"]
# Where the entry states no length of storage.
WITHIN = timedelta(days=30)
_LATER: Mapping[str, Callable[[date, int], date]] = {
    "days": lambda day, value: day + timedelta(value),
    "weeks": lambda day, value: day + timedelta(7 * value),
    "months": months_later,
    "years": lambda day, value: months_later(day, 12 * value),
}

# A stay on the list that is over: the entry, and its last day.
End = tuple[str, date]


class StillInUse(Conflict):
    """The sub-processor is in use, or never was; announce its removal and wait for its last day."""

    code = "sub-processor-not-ended"


class EndUnknown(Invalid):
    """No use of this sub-processor ended on that day; give the last day of one that is over."""

    code = "end-unknown"


class ConfirmedInFuture(Invalid):
    """A confirmation cannot be of tomorrow; give the day on which it was given."""

    code = "confirmed-in-future"


class ConfirmedBeforeEnd(Invalid):
    """The data was still in use then; give a confirmation of the last day or a later one."""

    code = "confirmed-before-end"


@dataclass(frozen=True)
class Confirmation:
    """``version``: 1, and one more with each correction. ``confirmed_by``: who said it at the
    sub-processor; None once that person is erased. ``file``: name and SHA-256 of what shows it."""

    id: str
    processor_id: str
    sub_processor_id: str
    listed_until: date
    version: int
    kind: Kind
    confirmed_on: date
    confirmed_by: str | None
    recorded_at: datetime
    recorded_by: str
    note: str | None = None
    file_id: str | None = None
    file: dict[str, Any] | None = None

    def says(self, body: Mapping[str, Any]) -> bool:
        """Whether it says just this already."""
        return all(getattr(self, name) == value for name, value in body.items())


def ended_by(change: Change) -> End | None:
    """The end that a change has brought: a removal, or a replacement of the entry before it."""
    if change.status != "in_effect" or change.kind not in ("remove", "replace"):
        return None
    return change.replaces_id or change.subject_id, change.effective_on - ONE_DAY


def _used(rows: Sequence[Row]) -> list[Row]:
    """Those of ``rows`` by which data flowed: a plan is no use."""
    return [row for row in rows if not is_planned(row.content)]


def last_use(rows: Sequence[Row], today: date) -> Row:
    """The last row, oldest first, by which an entry was in use. Raises ``EntryUnknown`` without
    rows, ``StillInUse`` where there is no end."""
    if not rows:
        raise EntryUnknown
    if any(row.on(today) for row in _used(rows)):
        raise StillInUse("It is on the list today; name the last day of an earlier use.")
    over = ends(rows, today)
    if not over:
        raise StillInUse("It has not been in use yet.")
    return over[0]


def ends(rows: Sequence[Row], today: date) -> list[Row]:
    """The last row of each use that is over, the latest first; ``rows``: of one entry. A use that
    goes on in another version is not over, and a plan is none."""
    used = _used(rows)
    begun = {row.valid_from for row in used}
    return [
        row
        for row in reversed(used)
        if row.valid_to < today and row.valid_to + ONE_DAY not in begun
    ]


def use_that_ended(rows: Sequence[Row], today: date, listed_until: date | None) -> Row:
    """The last row of the use that ended on a day, or of the last one without it, though the entry
    is in use again. Raises ``EntryUnknown``, ``StillInUse`` or ``EndUnknown``."""
    if listed_until is None or not rows:
        return last_use(rows, today)
    found = next((row for row in ends(rows, today) if row.valid_to == listed_until), None)
    if found is None:
        raise _fault(EndUnknown, f"No use ended on {listed_until}.", "/listed_until")
    return found


def due_on(content: Content, listed_until: date) -> date:
    """By when the confirmation is due: when the longest stated time of storage has passed since
    the last day; 30 days after it where no length is stated."""
    lengths = [each.get("length") for each in content.get("retention_periods") or ()]
    stated = [_LATER[each["unit"]](listed_until, each["value"]) for each in lengths if each]
    return max(stated, default=listed_until + WITHIN)


def unconfirmed(rows: Sequence[Row], confirmed: Collection[End]) -> list[Row]:
    """The last uses that nobody has confirmed the end of; ``rows``: past ones, oldest first, of
    entries that are not in use. What a customer chose is its own processor, and owes it."""
    used = {row.sub_processor_id: row for row in _used(rows)}
    return [
        row
        for row in used.values()
        if stage_of(row.content) != CHOSEN_BY_CUSTOMER
        and (row.sub_processor_id, row.valid_to) not in confirmed
    ]


def check_day(confirmed_on: date, listed_until: date, today: date) -> None:
    """Raises ``ConfirmedInFuture`` or ``ConfirmedBeforeEnd``. ``today``: the last day begun
    anywhere on earth; ``listed_until``: a day of the processor."""
    if confirmed_on > today:
        raise _fault(ConfirmedInFuture, f"{confirmed_on} lies after {today}.")
    if confirmed_on < listed_until:
        raise _fault(ConfirmedBeforeEnd, f"Its last day on the list was {listed_until}.")


def _fault(kind: type[Invalid], detail: str, pointer: str = "/confirmed_on") -> Invalid:
    errors = [{"pointer": pointer, "code": kind.code, "detail": detail}]
    return kind(detail, errors=errors)
