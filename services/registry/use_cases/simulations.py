"""Rehearse the end of an instrument on a day; nothing is written."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from services.registry.model.bases import Assessor, Reliance, reliances
from services.registry.model.changes import Group
from services.registry.model.instruments import InstrumentUnknown
from services.registry.model.register import Register
from services.registry.model.simulations import Simulation, Touched
from services.registry.store.instruments import Known
from services.registry.transfers import with_end
from services.registry.use_cases.exclusions import sides_of
from services.registry.use_cases.jurisdiction import today_at
from services.registry.use_cases.notice_terms import Told, audience
from services.registry.wiring import Deps
from shared.auth import Caller
from shared.scope import Scope

# The change that gives a place another basis, as each agreement judges it.
REPLACED_BASIS: Told = ("modify", ("basis_downgraded",))


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
    lost_or_saved, lost = (
        _groups(deps, register, day, [each for each in affected if each.outcome in outcomes])
        for outcomes in (("lost", "saved"), ("lost",))
    )
    return Touched(register, affected, lost_or_saved, lost)


def _groups(
    deps: Deps, register: Register, day: date, affected: Sequence[Reliance]
) -> tuple[Group, ...]:
    """The terms groups of the customers that the entries of these transfers concern."""
    if not affected:
        return ()
    scope = Scope(day, tuple(sides_of(deps, affected, day).values()))
    return tuple(audience(deps, register, deps.now(), scope, told=[REPLACED_BASIS]).concerned)
