"""Rehearse the end of an instrument on a day; nothing is written."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from services.registry.model.bases import Assessor, reliances
from services.registry.model.instruments import InstrumentUnknown
from services.registry.model.register import Register
from services.registry.model.simulations import Simulation, Touched
from services.registry.store.instruments import Known
from services.registry.transfers import with_end
from services.registry.use_cases.jurisdiction import today_at
from services.registry.use_cases.notice_terms import groups_of
from services.registry.wiring import Deps
from shared.auth import Caller


def simulate(deps: Deps, caller: Caller, instrument_id: str, ends_on: date) -> Simulation:
    """What would follow if the instrument had no effect from ``ends_on`` on.

    A processor asks for its own register, the platform for all. Raises ``InstrumentUnknown``.
    """
    known = deps.stores.instruments.known(deps.now().date())
    if instrument_id not in known:
        raise InstrumentUnknown
    ended = with_end(known, instrument_id, ends_on)
    registers = [
        _touched(deps, register, instrument_id, ends_on, (known, ended))
        for register in _registers(deps, caller, instrument_id)
    ]
    touched = tuple(touched for touched in registers if touched is not None)
    return Simulation(known[instrument_id], ends_on, touched)


def _registers(deps: Deps, caller: Caller, instrument_id: str) -> Iterator[Register]:
    """Registers that the caller may see whole and of which a live row names the instrument."""
    if not (caller.is_platform or caller.is_service):
        if deps.stores.basis_notices.names(caller.org_id, instrument_id):
            yield deps.stores.registers.get(caller.org_id)
        return
    after = ""
    while processor_id := deps.stores.basis_notices.next_processor(instrument_id, after):
        yield deps.stores.registers.get(processor_id)
        after = processor_id


def _touched(
    deps: Deps, register: Register, instrument_id: str, ends_on: date, law: tuple[Known, Known]
) -> Touched | None:
    # A day in the past is replaced by today: what was transferred before stays as it was.
    day = max(ends_on, today_at(deps, register))
    rows = deps.stores.rows.on(register.id, day)
    regimes = tuple(register.regimes)
    before, after = (Assessor(register.country, day, known, regimes) for known in law)
    affected = tuple(reliances(instrument_id, (rows, before), (rows, after)))
    if not affected:
        return None
    concerned = any(reliance.outcome != "unaffected" for reliance in affected)
    groups = groups_of(deps, register, deps.now())[0] if concerned else []
    return Touched(register, affected, tuple(groups))
