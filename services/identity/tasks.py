"""The loops of identity: its mails, handed to notices, and imports of customers."""

from __future__ import annotations

from services.identity.clients import Agreements, Notices
from services.identity.settings import Settings
from services.identity.use_cases.customer_importing import Importing
from services.identity.use_cases.mailing import Mailing
from services.identity.wiring import make_deps
from shared.failures import Failures
from shared.loops import Heartbeats, Loop
from shared.mongo import connect
from shared.peers import Peers
from shared.wakes import Wakes

MAIL, MAIL_SECONDS = "identity.mail", 0.5
CUSTOMERS, CUSTOMERS_SECONDS = "identity.customers", 0.5
# How late a mail is tried again that notices did not take.
CALM_SECONDS = 20.0


def loops(settings: Settings) -> list[Loop]:
    """``identity.mail`` and ``identity.customers``; any number of processes may run them."""
    common = settings.common
    deps = make_deps(settings, connect(common.mongo_url, common.database("identity")))
    peers = Peers("identity", common, None)
    notices, agreements = Notices(peers.client("notices")), Agreements(peers.client("agreements"))
    importing, wakes = Importing(deps, agreements), Wakes(deps.mongo)
    beat = Heartbeats(deps.mongo, deps.now).beat
    mailing = Mailing(deps, notices, Failures(deps.mongo, MAIL, deps.now))
    return [
        Loop(
            MAIL,
            mailing.run_once,
            MAIL_SECONDS,
            beat,
            bell=wakes.bell("outgoing_mails"),
            idle_for=lambda: CALM_SECONDS,
        ),
        Loop(
            CUSTOMERS,
            importing.run_once,
            CUSTOMERS_SECONDS,
            beat,
            bell=wakes.bell("customer_imports"),
            idle_for=lambda: CALM_SECONDS,
        ),
    ]
