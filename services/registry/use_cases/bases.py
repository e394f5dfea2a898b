"""Announce that the basis of transfers ends: 90, 30 and 7 days before, and on the day."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from services.registry import events, ledger_entries
from services.registry.model.bases import (
    LOST,
    Assessor,
    Reliance,
    end_recorded_at,
    ending,
    in_chunks,
    reliances,
    stage_of,
)
from services.registry.model.register import ONE_DAY, Register
from services.registry.store.basis_notices import Sweep
from services.registry.transfers import Instrument
from services.registry.use_cases.exclusions import sides_of
from services.registry.use_cases.jurisdiction import today_at
from services.registry.wiring import Deps
from shared.ids import derived_id
from shared.mongo import Session
from shared.scope import Scope, Side


def announce_basis_ends(deps: Deps) -> bool:
    """Do a bounded part of this hour's round over all registers; True if there is more of it.

    A day begins at another hour in every time zone, so there is a round every hour. An end that is
    recorded or altered starts a round of its own.
    """
    now = deps.now()
    sweeps = deps.stores.basis_notices.sweeps()
    instruments = ending(deps.stores.instruments.known(now.date()), now.date())
    _retry_failed(deps, {instrument.id: instrument for instrument in instruments})
    for instrument in instruments:
        mark = f"{now:%Y-%m-%dT%H} {instrument.last_day}"
        sweep = sweeps.get(instrument.id)
        if sweep is None or sweep.mark != mark:
            sweep = Sweep(instrument.id, mark)
        if not sweep.done:
            _continue_sweep(deps, instrument, sweep)
            return True
    return False


def _continue_sweep(deps: Deps, instrument: Instrument, sweep: Sweep) -> None:
    processor_id = deps.stores.basis_notices.next_processor(instrument.id, sweep.after)
    if processor_id is not None:
        _attempt(deps, instrument, processor_id)
    reached = Sweep(sweep.instrument_id, sweep.mark, processor_id or "", processor_id is None)
    deps.stores.basis_notices.save_sweep(reached)


def _retry_failed(deps: Deps, instruments: Mapping[str, Instrument]) -> None:
    """Try registers again that failed and have waited; the round went on without them."""
    for job in deps.clock_failures.rested("basis:"):
        _, instrument_id, processor_id = job.split(":", 2)
        if instrument_id in instruments:
            _attempt(deps, instruments[instrument_id], processor_id)


def _attempt(deps: Deps, instrument: Instrument, processor_id: str) -> None:
    def work(_: str) -> None:
        _announce_stage(deps, deps.stores.registers.get(processor_id), instrument)

    deps.clock_failures.attempt(f"basis:{instrument.id}:{processor_id}", work)


def _announce_stage(deps: Deps, register: Register, instrument: Instrument) -> None:
    """Announce the most urgent stage that is reached and not announced, however late it is."""
    today = today_at(deps, register)
    last_day = instrument.last_day or date.max
    days_left = (last_day - today).days + 1
    stage = stage_of(days_left)
    if stage is None:
        return
    concerned = {
        derived_id("bas", *reliance.key(register.id, last_day)): reliance
        for reliance in _concerned(deps, register, instrument, today)
        if stage != LOST or _is_news(deps, register, instrument, reliance)
    }
    if deps.stores.basis_notices.unannounced(list(concerned), stage):
        _commit_entries(deps, register, instrument, (stage, days_left), concerned)


def _concerned(
    deps: Deps, register: Register, instrument: Instrument, today: date
) -> list[Reliance]:
    """The places whose transfer the instrument carries today, or carried on its last day."""
    last_day = instrument.last_day or date.max
    held, gone = min(today, last_day), max(today, last_day + ONE_DAY)
    known = deps.stores.instruments.known(deps.now().date())
    named = reliances(
        instrument.id,
        (deps.stores.rows.on(register.id, held), _assessor(register, held, known)),
        (deps.stores.rows.on(register.id, gone), _assessor(register, gone, known)),
    )
    return [reliance for reliance in named if reliance.outcome != "unaffected"]


def _assessor(register: Register, day: date, known: Mapping[str, Instrument]) -> Assessor:
    return Assessor(register.country, day, known, tuple(register.regimes))


def _is_news(deps: Deps, register: Register, instrument: Instrument, reliance: Reliance) -> bool:
    """Whether the basis was lost after the entry was recorded. A baseline may hold entries whose
    basis had ended before; their loss is not announced."""
    zone = ZoneInfo(register.time_zone)
    recorded_at = end_recorded_at(deps.stores.instruments.history(instrument.id))
    lost_on = (instrument.last_day or date.max) + timedelta(1)
    news_on = max(lost_on, recorded_at.astimezone(zone).date()) if recorded_at else lost_on
    known_since = deps.stores.basis_notices.known_since(reliance.sub_processor_id)
    return known_since.astimezone(zone).date() <= news_on


def _commit_entries(
    deps: Deps,
    register: Register,
    instrument: Instrument,
    when: tuple[int, int],
    concerned: dict[str, Reliance],
) -> None:
    """Save marks and ledger entries in one transaction, so that each is announced at most once."""
    stage = when[0]
    type_ = events.BASIS_LOST if stage == LOST else events.BASIS_ENDING
    version = deps.agreements.notice_terms(register.id).version
    without_it = max(today_at(deps, register), (instrument.last_day or date.max) + ONE_DAY)
    sides = sides_of(deps, list(concerned.values()), without_it)

    def work(session: Session) -> None:
        at = deps.now()
        # This write makes concurrent clocks conflict; the second runs again and finds the marks.
        deps.stores.registers.touch(register.id, at, session)
        fresh = deps.stores.basis_notices.unannounced(list(concerned), stage, session)
        deps.stores.basis_notices.record(fresh, stage, at, session)
        news = [concerned[key] for key in fresh]
        for side, entry in _entries(register, instrument, when, news, sides):
            scope = Scope(without_it, (side,)).members()
            deps.ledger.append(
                session,
                register.stream,
                type_,
                entry,
                at=at,
                actor="clock",
                private={"recipients_version": version, "scope": scope},
            )

    deps.mongo.transact(work)


def _entries(
    register: Register,
    instrument: Instrument,
    when: tuple[int, int],
    concerned: Sequence[Reliance],
    sides: Mapping[str, Side],
) -> Iterator[tuple[Side, dict[str, Any]]]:
    """Entries of the ledger, each with whom it concerns: a customer reads of no other transfer."""
    by_side: dict[Side, list[dict[str, Any]]] = {}
    for reliance in concerned:
        side = sides[reliance.sub_processor_id]
        by_side.setdefault(side, []).append(ledger_entries.reliance(reliance))
    for side, transfers in by_side.items():
        for chunk in in_chunks(transfers):
            yield side, ledger_entries.basis(register, instrument, when, chunk)
