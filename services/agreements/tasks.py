"""The loops of agreements: the relay sends ledger entries, the clock applies what
falls due, files and roll-outs are worked on, and signature requests are sent."""

from __future__ import annotations

from services.agreements.clients import Notices
from services.agreements.settings import Settings
from services.agreements.use_cases.due import run_due
from services.agreements.use_cases.erasure import apply_policies
from services.agreements.use_cases.import_jobs import Importing
from services.agreements.use_cases.roll_out_steps import RollingOut
from services.agreements.use_cases.signature_requests import Sending
from services.agreements.wiring import Deps, make_deps
from shared.failures import Failures
from shared.loops import Heartbeats, Loop
from shared.mongo import connect
from shared.peers import Peers
from shared.relay import Relay
from shared.times import utc_now
from shared.wakes import Wakes

RELAY_EVERY_SECONDS, CLOCK_EVERY_SECONDS, IMPORTS_EVERY_SECONDS = 0.1, 5.0, 0.5
ROLL_OUTS_EVERY_SECONDS = 1.0
# How late a day begins at most, and how late an import that failed is tried again.
CALM_SECONDS = 20.0


def loops(settings: Settings) -> list[Loop]:
    """The loops of this service, each with its heartbeat."""
    common = settings.common
    mongo = connect(common.mongo_url, common.database("agreements"))
    peers = Peers("agreements", common, None)
    deps = make_deps(settings, mongo, peers)
    refused = Failures(mongo, "agreements.relay", utc_now)
    relay = Relay(mongo, deps.ledger, "notices", Notices(peers.client("notices")).tell, refused)
    beat = Heartbeats(mongo, utc_now).beat
    wakes = Wakes(mongo)
    appended, uploaded = wakes.bell("ledger_heads"), wakes.bell("imports", "signature_requests")
    decided = wakes.bell("agreements", "policies")
    importing, sending = Importing(deps), Sending(deps)
    rolled = wakes.bell("roll_outs", "roll_out_items")
    return [
        Loop(
            "agreements.relay",
            relay.run_once,
            RELAY_EVERY_SECONDS,
            beat,
            bell=appended,
            idle_for=relay.idle_for,
        ),
        Loop(
            "agreements.clock",
            lambda: run_clock(deps),
            CLOCK_EVERY_SECONDS,
            beat,
            bell=decided,
            idle_for=lambda: CALM_SECONDS,
        ),
        Loop(
            "agreements.imports",
            lambda: importing.run_once() | sending.run_once(),
            IMPORTS_EVERY_SECONDS,
            beat,
            bell=uploaded,
            idle_for=lambda: CALM_SECONDS,
        ),
        Loop(
            "agreements.rollouts",
            RollingOut(deps).run_once,
            ROLL_OUTS_EVERY_SECONDS,
            beat,
            bell=rolled,
            idle_for=lambda: CALM_SECONDS,
        ),
    ]


def run_clock(deps: Deps) -> bool:
    """Apply what is due and changed retention policies; True if there may be more."""
    return run_due(deps) | apply_policies(deps)
