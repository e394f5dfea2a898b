"""What can be asked of the registry, one function each: load, decide, save."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from services.registry.clients import AgreementsClient, IdentityClient, NoticesClient
from services.registry.model.register import Register
from services.registry.public_keys import PublicKeys
from services.registry.store.bases import Bases
from services.registry.store.changes import Approvals, Changes, Objections
from services.registry.store.checkpoints import Checkpoints
from services.registry.store.erasures import Traces
from services.registry.store.imports import Imports, Listed
from services.registry.store.instruments import Instruments
from services.registry.store.registers import Registers, Rows
from services.registry.use_cases.entry_views import Law
from shared.auth import Caller
from shared.errors import NotFound
from shared.failures import Failures
from shared.ids import IdSource
from shared.keys import Keys
from shared.ledger import Ledger
from shared.mongo import Mongo
from shared.times import Clock


@dataclass(frozen=True)
class Deps:
    mongo: Mongo
    registers: Registers
    rows: Rows
    changes: Changes
    objections: Objections
    approvals: Approvals
    ledger: Ledger
    checkpoints: Checkpoints
    imports: Imports
    listed: Listed
    traces: Traces
    keys: Keys
    instruments: Instruments
    bases: Bases
    clock_failures: Failures
    import_failures: Failures
    public_keys: PublicKeys
    identity: IdentityClient
    agreements: AgreementsClient
    notices: NoticesClient
    now: Clock
    new_id: IdSource


def today_at(deps: Deps, register: Register) -> date:
    """The day it is at the processor: law counts days where the one bound by them sits."""
    return deps.now().astimezone(ZoneInfo(register.time_zone)).date()


def law_of(deps: Deps, register: Register) -> Law:
    """What verdicts on this register are made with: whose exports, and the instruments known."""
    return Law(register.country, deps.instruments.known(deps.now().date()))


def own_register(deps: Deps, caller: Caller, slug: str) -> Register:
    """The caller's own register. Another's is answered as if it were not there."""
    register = deps.registers.by_slug(slug)
    if not caller.sees(register.id):
        raise NotFound("There is no such register.")
    return register
