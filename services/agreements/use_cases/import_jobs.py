"""Imports as jobs: a request takes in the file and does what it can in its time; the loop
``agreements.imports`` does the rest, a few lines at a time, one processor after the other."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta

import structlog

from services.agreements.model.imports import (
    MOST_UNDER_WAY,
    WORKING,
    Import,
    Outcome,
    Row,
    TooManyImports,
)
from services.agreements.use_cases.imports import import_row
from services.agreements.use_cases.parties import party
from services.agreements.use_cases.permissions import check_processor
from services.agreements.wiring import Deps
from shared.auth import Caller
from shared.errors import NotFound
from shared.failures import FailedJob

log = structlog.get_logger()

ROWS_A_STEP = 20
# How long a step may take before another process does it again.
LEASE = timedelta(minutes=2)


@dataclass(frozen=True)
class ImportView:
    """An import with what has become of its lines so far. ``set_aside``: it failed too often."""

    job: Import
    outcomes: Sequence[Outcome]
    waiting: int
    set_aside: FailedJob | None = None

    @property
    def is_working(self) -> bool:
        return self.waiting > 0


def start(
    deps: Deps, caller: Caller, rows: Sequence[Row], is_over: Callable[[], bool]
) -> ImportView:
    """Take in a file, and import its lines until ``is_over``; the loop goes on behind it.

    Raises ``TooManyImports``.
    """
    check_processor(caller)
    set_aside = deps.import_failures.all_set_aside()
    if deps.imports.under_way(caller.org_id, set_aside) >= MOST_UNDER_WAY:
        raise TooManyImports
    now = deps.now()
    job = Import(deps.new_id("imp"), caller.org_id, caller.client_id, now)
    deps.mongo.transact(lambda session: deps.imports.add(session, job, rows, now + LEASE))
    try:
        while not is_over() and advance(deps, job, is_over):
            pass
    except Exception as error:  # noqa: BLE001  The file is kept; the loop counts what fails.
        log.warning("import.left_to_loop", import_id=job.id, error=type(error).__name__)
    deps.imports.release(job.id, deps.now())
    return view(deps, deps.imports.get(job.id))


def read(deps: Deps, caller: Caller, import_id: str) -> ImportView:
    """An import of the caller's own. Raises ``NotFound``."""
    job = deps.imports.get(import_id)
    if job.processor_id != caller.org_id:
        raise NotFound("There is no such import.")
    return view(deps, job)


def view(deps: Deps, job: Import) -> ImportView:
    outcomes, waiting = deps.imports.outcomes(job.id)
    failed = deps.import_failures.set_aside(job.id) if job.status == WORKING else None
    return ImportView(job, outcomes, waiting, failed)


def advance(deps: Deps, job: Import, is_over: Callable[[], bool] = lambda: False) -> bool:
    """The next lines of an import, each in a transaction of its own; True when there may be more.

    ``is_over`` ends it between two lines.
    """
    rows = deps.imports.waiting(job.id, ROWS_A_STEP)
    caller = Caller(job.client_id, job.processor_id, frozenset({"processor"}), frozenset())
    mine = party(deps, job.processor_id) if rows else None
    for row in rows:
        if mine is None or is_over():
            break
        import_row(deps, caller, mine, row, job.id)
    return len(rows) == ROWS_A_STEP


@dataclass
class Importing:
    """The loop. Use it from one thread."""

    deps: Deps
    _after: str = ""

    def run_once(self) -> bool:
        """One step of one import; True when there may be more."""
        deps, now = self.deps, self.deps.now()
        barred = deps.import_failures.barred()
        job = deps.imports.claim_next(self._after, barred, now, now + LEASE)
        if job is None:
            return False
        self._after = job.processor_id
        deps.import_failures.run([job.id], lambda _: advance(deps, job))
        deps.imports.release(job.id, deps.now())
        return True
