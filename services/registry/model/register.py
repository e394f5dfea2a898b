"""The register: entries in two times, true from–to and recorded from–to; nothing is overwritten.

A row says: "from ``valid_from`` to ``valid_to`` (both days included) this entry reads so", and was
believed from ``recorded_at`` until ``voided_at``. A change voids rows and adds others, so the list
of any day, as it was known at any instant, can be read back.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from services.registry import events
from services.registry.model.page import ALWAYS_PUBLIC, Page
from shared.errors import Conflict, Invalid, NotFound

FOREVER = date.max
ONE_DAY = timedelta(days=1)

Content = dict[str, Any]


class EntryUnknown(NotFound):
    """There is no such sub-processor in this register on that day."""

    code = "sub-processor-unknown"


class RegisterExists(Conflict):
    """This register has entries already; alter it by changes, which are announced."""

    code = "register-exists"


class SeatLawLeftOut(Invalid):
    """The law of the seat always binds; name it among the regimes."""

    code = "seat-law-left-out"


class EntryNotThere(Conflict):
    """The sub-processor is not in the register on the effective day."""

    code = "sub-processor-not-in-register"


class RowsOverlap(Conflict):
    """Two rows of this entry overlap; nothing was written."""

    code = "rows-overlap"


@dataclass(frozen=True)
class Register:
    """One processor's register, with the processor as its page shows it.

    ``regimes`` are the laws that bind the vendor's transfers (EU, UK, CH); none: that of its seat.
    ``default_terms`` `{notice: {length}, objection: {length}}` count for customers whose agreement
    names no number of days.
    """

    id: str
    slug: str
    legal_name: str
    country: str
    locale: str
    time_zone: str
    updated_at: datetime
    registration_number: str | None = None
    address: dict[str, str] | None = None
    website: str | None = None
    privacy_contact: str | None = None
    regimes: tuple[str, ...] = ()
    default_terms: dict[str, Any] | None = None
    page: Page = ALWAYS_PUBLIC

    @property
    def stream(self) -> str:
        return f"processor:{self.id}"

    @property
    def reminders(self) -> str:
        """The stream of what only the vendor is told; its ledger is public nowhere."""
        return f"{events.REMINDERS}:{self.id}"


@dataclass(frozen=True)
class Row:
    """One version of one entry; ``content`` is its wire form without id, version and validity."""

    id: str
    processor_id: str
    sub_processor_id: str
    version: int
    content: Content
    valid_from: date
    valid_to: date
    recorded_at: datetime
    change_id: str
    voided_at: datetime | None = None
    voided_by: str | None = None

    def on(self, day: date) -> bool:
        return self.valid_from <= day <= self.valid_to

    def until(self, last_day: date) -> Row:
        return replace(self, valid_to=last_day)


@dataclass(frozen=True)
class RowChanges:
    """Rows to void and rows to add, written together."""

    void: tuple[Row, ...] = ()
    add: tuple[Row, ...] = ()


@dataclass(frozen=True)
class Writer:
    """The change that writes rows, the instant, and the source of their ids."""

    change_id: str
    at: datetime
    new_id: Callable[[str], str]

    def again(self, row: Row) -> Row:
        """A copy of ``row``, recorded by this change at this instant."""
        return replace(
            row,
            id=self.new_id("row"),
            recorded_at=self.at,
            change_id=self.change_id,
            voided_at=None,
            voided_by=None,
        )

    def first(self, processor_id: str, sub_id: str, content: Content, day: date) -> Row:
        return Row(
            self.new_id("row"),
            processor_id,
            sub_id,
            1,
            content,
            day,
            FOREVER,
            self.at,
            self.change_id,
        )


def addition(
    writer: Writer, processor_id: str, sub_id: str, content: Content, day: date
) -> RowChanges:
    """From ``day`` on the entry is on the list."""
    return RowChanges(add=(writer.first(processor_id, sub_id, content, day),))


def modification(writer: Writer, rows: Sequence[Row], content: Content, day: date) -> RowChanges:
    """From ``day`` on the entry reads ``content``. Raises ``EntryNotThere``."""
    current = _current(rows, day)
    following = replace(
        writer.again(current), content=content, version=current.version + 1, valid_from=day
    )
    return RowChanges((current,), (*_kept_before(writer, current, day), following))


def removal(writer: Writer, rows: Sequence[Row], day: date) -> RowChanges:
    """From ``day`` on the entry is gone. Raises ``EntryNotThere``."""
    current = _current(rows, day)
    return RowChanges((current,), _kept_before(writer, current, day))


def combined(*parts: RowChanges) -> RowChanges:
    return RowChanges(
        tuple(row for part in parts for row in part.void),
        tuple(row for part in parts for row in part.add),
    )


def check_apart(rows: Sequence[Row]) -> None:
    """No two rows of an entry overlap. Raises ``RowsOverlap``."""
    ends: dict[str, date] = {}
    for row in sorted(rows, key=lambda each: each.valid_from):
        if row.valid_to < row.valid_from or row.valid_from <= ends.get(
            row.sub_processor_id, date.min
        ):
            raise RowsOverlap(f"{row.sub_processor_id} on {row.valid_from}.")
        ends[row.sub_processor_id] = row.valid_to


def _current(rows: Sequence[Row], day: date) -> Row:
    for row in rows:
        if row.voided_at is None and row.on(day) and row.valid_to == FOREVER:
            return row
    raise EntryNotThere


def _kept_before(writer: Writer, row: Row, day: date) -> tuple[Row, ...]:
    return (writer.again(row.until(day - ONE_DAY)),) if row.valid_from < day else ()
