"""The loops of the registry: relay, clock and imports."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from services.registry.schemas.imports import content_of
from services.registry.settings import Settings
from services.registry.use_cases.bases import announce_basis_ends
from services.registry.use_cases.checkpoints import daily
from services.registry.use_cases.effective_days import due_changes, go_live
from services.registry.use_cases.files import sweep
from services.registry.use_cases.importing import Importing
from services.registry.use_cases.reminders import remind
from services.registry.wiring import LISTENER, Deps, make_deps
from shared.errors import Conflict
from shared.failures import Failures
from shared.loops import Heartbeats, Loop
from shared.peers import Peers
from shared.relay import Relay
from shared.wakes import Wakes

RELAY_SECONDS, CLOCK_SECONDS, IMPORT_SECONDS = 0.1, 1.0, 0.5
# How late a day begins at most, and how late an import that failed is tried again.
CALM_SECONDS = 20.0


def loops(settings: Settings) -> list[Loop]:
    """``registry.relay``, ``registry.clock`` and ``registry.imports``; each can be run once."""
    deps = make_deps(settings)
    beat = Heartbeats(deps.mongo, deps.now).beat
    notices = Peers("registry", settings.common, None).client(LISTENER)

    def post(entries: list[dict[str, Any]]) -> None:
        notices.post("/v1/entries", {"entries": entries})

    refused = Failures(deps.mongo, "registry.relay", deps.now)
    relay = Relay(
        mongo=deps.mongo, ledger=deps.ledger, listener=LISTENER, post=post, failures=refused
    )
    wakes = Wakes(deps.mongo)
    appended, imported = wakes.bell("ledger_heads"), wakes.bell("imports")
    decided = wakes.bell("changes", "instruments")
    importing = Importing(deps=deps, check=content_of)
    return [
        Loop(
            "registry.relay",
            relay.run_once,
            RELAY_SECONDS,
            beat,
            bell=appended,
            idle_for=relay.idle_for,
        ),
        Loop(
            "registry.clock",
            lambda: run_clock(deps),
            CLOCK_SECONDS,
            beat,
            bell=decided,
            idle_for=lambda: CALM_SECONDS,
        ),
        Loop(
            "registry.imports",
            importing.run_once,
            IMPORT_SECONDS,
            beat,
            bell=imported,
            idle_for=lambda: CALM_SECONDS,
        ),
    ]


def run_clock(deps: Deps) -> bool:
    """Bring due changes into effect, sign the day's checkpoints, announce instruments that end,
    remind vendors of evidence that falls due, and remove files that are of no use.

    True if there may be more to do.
    """
    barred = deps.clock_failures.barred()
    waiting = due_changes(deps, barred)
    deps.clock_failures.run(waiting, lambda change_id: _go_live(deps, change_id))
    more = [daily(deps), announce_basis_ends(deps), remind(deps), sweep(deps)]
    return bool(waiting) or any(more)


def _go_live(deps: Deps, change_id: str) -> None:
    # Another clock was faster, or the change was withdrawn at this very moment.
    with suppress(Conflict):
        go_live(deps, change_id)
