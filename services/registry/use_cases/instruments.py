"""The transfer instruments: those that ship with the product, and what the platform records."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from services.registry import events
from services.registry.model.instruments import (
    SHIPPED_REVISION,
    InstrumentExists,
    InstrumentUnknown,
    Recorded,
    altered,
    next_revision,
)
from services.registry.transfers import Instrument, load_instruments
from services.registry.transfers.evidence_form import form
from services.registry.transfers.pending_law import known_on
from services.registry.transfers.wording import Language
from services.registry.wiring import Deps
from shared.auth import Caller
from shared.errors import PreconditionFailed
from shared.mongo import Session
from shared.times import format_instant

Record = dict[str, Any]


@dataclass(frozen=True)
class InstrumentView:
    """``record``: the instrument as it counts now; ``history``: what the platform recorded."""

    record: Record
    revision: int
    history: list[Record]


def all_of(deps: Deps, as_of: date | None) -> list[Record]:
    """Every instrument, or those in force on ``as_of``; each says whether its check is stale."""
    known = deps.stores.instruments.known(deps.now().date()).values()
    return [
        instrument.to_mapping()
        for instrument in known
        if as_of is None or instrument.in_force(as_of)
    ]


def pending_law(deps: Deps, as_of: date | None) -> list[Record]:
    """What is contested, pending or new in the law, as known on ``as_of`` (None: today)."""
    today = deps.now().date()
    return known_on(as_of or today, deps.stores.instruments.known(today).values())


def one(deps: Deps, instrument_id: str) -> InstrumentView:
    """Raises ``InstrumentUnknown``."""
    known = deps.stores.instruments.known(deps.now().date()).get(instrument_id)
    if known is None:
        raise InstrumentUnknown
    history = deps.stores.instruments.history(instrument_id)
    return InstrumentView(
        known.to_mapping(), _revision(history), [_revision_view(revision) for revision in history]
    )


def evidence_form(deps: Deps, instrument_id: str, language: Language) -> list[Record]:
    """The form of the evidence on an instrument. Raises ``InstrumentUnknown``."""
    known = deps.stores.instruments.known(deps.now().date()).get(instrument_id)
    if known is None:
        raise InstrumentUnknown
    return form(known, language)


def record(deps: Deps, caller: Caller, body: Mapping[str, Any]) -> InstrumentView:
    """A new instrument. Raises ``InstrumentExists`` or ``InstrumentInvalid``."""
    members = {name: value for name, value in body.items() if name != "id"}
    if body["id"] in load_instruments():
        raise InstrumentExists
    added = next_revision(body["id"], None, members, deps.now(), caller.client_id)
    instrument = altered(None, added)

    def work(session: Session) -> None:
        deps.stores.instruments.add(added, session)
        _append(deps, events.INSTRUMENT_RECORDED, added, {"instrument": _fact(instrument)}, session)

    deps.mongo.transact(work)
    return one(deps, body["id"])


def amend(
    deps: Deps, caller: Caller, instrument_id: str, seen: int | None, members: Mapping[str, Any]
) -> InstrumentView:
    """Lay ``members`` over the record, for example its end; earlier revisions stay.

    Members that change nothing are not recorded. Raises ``InstrumentUnknown``,
    ``PreconditionFailed`` or ``InstrumentInvalid``.
    """

    def work(session: Session) -> None:
        history = deps.stores.instruments.history(instrument_id, session)
        before = _as_recorded(instrument_id, history)
        if seen not in (None, _revision(history)):
            raise PreconditionFailed
        last = history[-1] if history else None
        next_ = next_revision(instrument_id, last, members, deps.now(), caller.client_id)
        after = altered(load_instruments().get(instrument_id), next_)
        differing = _differences(before, after)
        if not differing:
            return
        deps.stores.instruments.add(next_, session)
        payload = {"instrument_id": instrument_id, "members": differing}
        _append(deps, events.INSTRUMENT_AMENDED, next_, payload, session)

    deps.mongo.transact(work)
    return one(deps, instrument_id)


def _as_recorded(instrument_id: str, history: list[Recorded]) -> Instrument:
    """The instrument as the transaction finds it, not as the process remembers it."""
    shipped = load_instruments().get(instrument_id)
    if history:
        return altered(shipped, history[-1])
    if shipped is None:
        raise InstrumentUnknown
    return shipped


def _revision(history: list[Recorded]) -> int:
    return history[-1].revision if history else SHIPPED_REVISION


def _differences(before: Instrument, after: Instrument) -> Record:
    old, new = before.to_mapping(), after.to_mapping()
    return {
        name: {"before": old[name], "after": new[name]} for name in new if old[name] != new[name]
    }


def _fact(instrument: Instrument) -> Record:
    # Whether a check is stale depends on the day of reading, so the ledger does not hold it.
    return {name: value for name, value in instrument.to_mapping().items() if name != "stale"}


def _revision_view(recorded: Recorded) -> Record:
    return {
        "revision": recorded.revision,
        "recorded_at": format_instant(recorded.recorded_at),
        "recorded_by": recorded.recorded_by,
        "members": recorded.members,
    }


def _append(deps: Deps, type_: str, recorded: Recorded, data: Record, session: Session) -> None:
    payload = {"revision": recorded.revision, **data}
    deps.ledger.append(
        session,
        events.INSTRUMENTS,
        type_,
        payload,
        at=recorded.recorded_at,
        actor=recorded.recorded_by,
    )
