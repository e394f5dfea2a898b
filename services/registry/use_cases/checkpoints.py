"""Checkpoints of the registers' ledgers: daily and on demand, for anybody to keep."""

from __future__ import annotations

from typing import Any

from services.registry.store.checkpoints import Round
from services.registry.use_cases.permissions import open_register, own_register
from services.registry.wiring import Deps
from shared.auth import Caller
from shared.checkpoints import Checkpoint
from shared.errors import Conflict
from shared.mongo import Session
from shared.pagination import Page, PageRequest

STREAMS_A_ROUND = 50


class LedgerEmpty(Conflict):
    """The ledger of this register has no entry yet, so there is nothing to sign."""

    code = "ledger-empty"


def make(deps: Deps, caller: Caller, slug: str) -> Checkpoint:
    """Sign the head of the register's ledger; the same checkpoint while nothing is appended.

    Raises ``LedgerEmpty``.
    """
    register = own_register(deps, caller, slug)
    return _checkpoint(deps, register.stream)


def page(deps: Deps, caller: Caller | None, slug: str, request: PageRequest) -> Page:
    return deps.stores.checkpoints.page(open_register(deps, caller, slug).stream, request)


def keys(deps: Deps) -> dict[str, Any]:
    """The public keys that checkpoints are signed with, as a JWKS."""
    return deps.keys.jwks(deps.now())


def daily(deps: Deps) -> bool:
    """Do a bounded part of today's round over all streams; True if there is more of it."""
    for job in deps.clock_failures.rested("checkpoint:"):
        _checkpoint_unless_it_fails(deps, job.partition(":")[2])
    today = deps.now().date()
    reached = deps.stores.checkpoints.round()
    if reached is None or reached.day != today:
        reached = Round(today)
    if reached.done:
        return False
    streams = deps.stores.checkpoints.streams(reached.after, STREAMS_A_ROUND)
    for stream in streams:
        _checkpoint_unless_it_fails(deps, stream)
    after = streams[-1] if streams else reached.after
    done = len(streams) < STREAMS_A_ROUND
    deps.stores.checkpoints.save_round(Round(today, after, done))
    return not done


def _checkpoint_unless_it_fails(deps: Deps, stream: str) -> None:
    def work(_: str) -> None:
        _checkpoint(deps, stream)

    deps.clock_failures.attempt(f"checkpoint:{stream}", work)


def _checkpoint(deps: Deps, stream: str) -> Checkpoint:
    def settled_head(session: Session) -> tuple[int, str]:
        # Read in a transaction, so that what is signed can no longer be rolled back.
        return deps.ledger.head(stream, session)

    sequence, head_hash = deps.mongo.transact(settled_head)
    if not sequence:
        raise LedgerEmpty
    kept = deps.stores.checkpoints.of(stream, sequence)
    if kept is not None:
        return kept
    key, at = deps.keys.current(deps.now()), deps.now()
    made = Checkpoint.signed(stream, (sequence, head_hash), at, key.kid, key.private)
    if deps.stores.checkpoints.keep(made):
        return made
    return deps.stores.checkpoints.of(stream, sequence) or made
