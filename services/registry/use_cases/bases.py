"""Telling customers that the basis of transfers ends: 90, 30 and 7 days before, and on the day."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from services.registry import events, ledger_entries
from services.registry.model.bases import (
    LOST,
    Reliance,
    bench_of,
    end_recorded_at,
    ending,
    in_chunks,
    reliances,
    stage_of,
)
from services.registry.model.register import ONE_DAY, Register
from services.registry.store.bases import Sweep
from services.registry.transfers import Instrument
from services.registry.use_cases.jurisdiction import today_at
from services.registry.wiring import Deps
from shared.ids import derived_id
from shared.mongo import Session


def tell_bases(deps: Deps) -> bool:
    """A bounded part of this hour's round over all registers; True when there is more of it.

    Days begin at another hour in every time zone, hence a round an hour; an end that is recorded
    or altered starts a round of its own.
    """
    now = deps.now()
    sweeps = deps.stores.bases.sweeps()
    instruments = ending(deps.stores.instruments.known(now.date()), now.date())
    _tell_again(deps, {each.id: each for each in instruments})
    for instrument in instruments:
        mark = f"{now:%Y-%m-%dT%H} {instrument.last_day}"
        sweep = sweeps.get(instrument.id)
        if sweep is None or sweep.mark != mark:
            sweep = Sweep(instrument.id, mark)
        if not sweep.done:
            _sweep_on(deps, instrument, sweep)
            return True
    return False


def _sweep_on(deps: Deps, instrument: Instrument, sweep: Sweep) -> None:
    processor_id = deps.stores.bases.next_processor(instrument.id, sweep.after)
    if processor_id is not None:
        _tell_unless_it_fails(deps, instrument, processor_id)
    reached = Sweep(sweep.instrument_id, sweep.mark, processor_id or "", processor_id is None)
    deps.stores.bases.save_sweep(reached)


def _tell_again(deps: Deps, instruments: Mapping[str, Instrument]) -> None:
    """The registers that failed and have rested; the round has gone on without them."""
    for job in deps.clock_failures.rested("basis:"):
        _, instrument_id, processor_id = job.split(":", 2)
        if instrument_id in instruments:
            _tell_unless_it_fails(deps, instruments[instrument_id], processor_id)


def _tell_unless_it_fails(deps: Deps, instrument: Instrument, processor_id: str) -> None:
    def work(_: str) -> None:
        _tell_register(deps, deps.stores.registers.get(processor_id), instrument)

    deps.clock_failures.attempt(f"basis:{instrument.id}:{processor_id}", work)


def _tell_register(deps: Deps, register: Register, instrument: Instrument) -> None:
    """Tell what has not been told; the most urgent stage only, however late it is."""
    today = today_at(deps, register)
    last_day = instrument.last_day or date.max
    days_left = (last_day - today).days + 1
    stage = stage_of(days_left)
    if stage is None:
        return
    concerned = {
        derived_id("bas", *each.key(register.id, last_day)): each
        for each in _concerned(deps, register, instrument, today)
        if stage != LOST or _is_news(deps, register, instrument, each)
    }
    if deps.stores.bases.untold(list(concerned), stage):
        _tell(deps, register, instrument, (stage, days_left), concerned)


def _concerned(
    deps: Deps, register: Register, instrument: Instrument, today: date
) -> list[Reliance]:
    """The places whose transfer the instrument carries, while it does."""
    last_day = instrument.last_day or date.max
    held, gone = min(today, last_day), max(today, last_day + ONE_DAY)
    known = deps.stores.instruments.known(deps.now().date())
    found = reliances(
        instrument.id,
        (deps.stores.rows.on(register.id, held), bench_of(register, held, known)),
        (deps.stores.rows.on(register.id, gone), bench_of(register, gone, known)),
    )
    return [each for each in found if each.outcome != "unaffected"]


def _is_news(deps: Deps, register: Register, instrument: Instrument, each: Reliance) -> bool:
    """Whether the loss came after the entry: a register may be adopted with a past it tells of."""
    zone = ZoneInfo(register.time_zone)
    recorded_at = end_recorded_at(deps.stores.instruments.history(instrument.id))
    lost_on = (instrument.last_day or date.max) + timedelta(1)
    news_on = max(lost_on, recorded_at.astimezone(zone).date()) if recorded_at else lost_on
    return deps.stores.bases.known_since(each.sub_processor_id).astimezone(zone).date() <= news_on


def _tell(
    deps: Deps,
    register: Register,
    instrument: Instrument,
    when: tuple[int, int],
    concerned: dict[str, Reliance],
) -> None:
    """Mark and ledger entries in one transaction: told once, or not at all."""
    stage = when[0]
    type_ = events.BASIS_LOST if stage == LOST else events.BASIS_ENDING
    version = deps.agreements.notice_terms(register.id).version

    def work(session: Session) -> None:
        at = deps.now()
        # Two clocks meet at the register: the second runs again and finds it told.
        deps.stores.registers.touch(register.id, at, session)
        fresh = deps.stores.bases.untold(list(concerned), stage, session)
        deps.stores.bases.save_told(fresh, stage, at, session)
        for told in _entries(register, instrument, when, [concerned[key] for key in fresh]):
            deps.ledger.append(session, register.stream, type_, told, at=at, actor="clock",
                               private={"recipients_version": version})  # fmt: skip

    deps.mongo.transact(work)


def _entries(
    register: Register, instrument: Instrument, when: tuple[int, int], told: Sequence[Reliance]
) -> list[dict[str, Any]]:
    transfers = [ledger_entries.reliance(each) for each in told]
    return [
        ledger_entries.basis(register, instrument, when, chunk) for chunk in in_chunks(transfers)
    ]
