"""What the platform records of instruments, over and beside those that ship with the product."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from types import MappingProxyType
from typing import Any

from services.registry.transfers import Instrument
from shared.errors import Conflict, Invalid, NotFound

# A shipped record that nobody has altered yet: what If-Match names before the first alteration.
SHIPPED_REVISION = 0


class InstrumentUnknown(NotFound):
    """There is no such instrument."""

    code = "instrument-unknown"


class InstrumentExists(Conflict):
    """There is an instrument with this id; alter it by PATCH, or take another id."""

    code = "instrument-exists"


class InstrumentInvalid(Invalid):
    """The members of the instrument do not fit each other."""

    code = "instrument-invalid"


@dataclass(frozen=True)
class Recorded:
    """One revision of what the platform recorded: members that replace those of the record.

    ``members`` holds all that was ever altered, in the form of ``instruments.json``; revisions are
    only ever added, so what was known at any instant can be read back.
    """

    id: str
    instrument_id: str
    revision: int
    members: dict[str, Any]
    recorded_at: datetime
    recorded_by: str


def next_revision(
    instrument_id: str,
    before: Recorded | None,
    members: Mapping[str, Any],
    at: datetime,
    actor: str,
    *,
    is_new: bool = False,
) -> Recorded:
    """``members`` laid over what was recorded before; a new instrument starts at revision 1."""
    revision = (before.revision if before else SHIPPED_REVISION) + 1
    held = {} if is_new or before is None else before.members
    key = f"{instrument_id}#{revision}"
    return Recorded(key, instrument_id, revision, {**held, **members}, at, actor)


def merged(
    shipped: Mapping[str, Instrument], recorded: Iterable[Recorded]
) -> Mapping[str, Instrument]:
    """The instruments in use. Raises ``InstrumentInvalid`` for members that do not fit."""
    known = dict(shipped)
    for revision in recorded:
        known[revision.instrument_id] = altered(known.get(revision.instrument_id), revision)
    return MappingProxyType(known)


def altered(before: Instrument | None, recorded: Recorded) -> Instrument:
    """``before`` (None: a new one) with the recorded members in place of its own."""
    held = before.to_mapping() if before else {"id": recorded.instrument_id}
    try:
        instrument = Instrument.parse({**held, **recorded.members})
    except (TypeError, ValueError) as error:
        raise InstrumentInvalid(str(error)) from error
    if instrument.last_day and instrument.last_day < instrument.valid_from:
        raise InstrumentInvalid("The instrument ends before it takes effect.")
    if not instrument.sources:
        raise InstrumentInvalid("Name the source of the record.")
    if not set(instrument.scope.all) <= set(instrument.requires):
        raise InstrumentInvalid("What the scope asks for must be among what is required.")
    return instrument


def with_staleness(
    known: Mapping[str, Instrument], today: date, stale_days: int
) -> Mapping[str, Instrument]:
    """The same instruments; those not checked for ``stale_days`` say so of themselves."""
    limit = today - timedelta(days=stale_days)
    return MappingProxyType(
        {key: _with_staleness(instrument, limit) for key, instrument in known.items()}
    )


def _with_staleness(instrument: Instrument, limit: date) -> Instrument:
    stale = instrument.checked_on is None or instrument.checked_on < limit
    return replace(instrument, stale=stale)
