"""The loop of identity: its mails, handed to notices."""

from __future__ import annotations

from services.identity.clients import Notices
from services.identity.settings import Settings
from services.identity.use_cases.mailing import Mailing
from services.identity.wiring import make_deps
from shared.failures import Failures
from shared.loops import Heartbeats, Loop
from shared.mongo import connect
from shared.peers import Peers
from shared.wakes import Wakes

MAIL, MAIL_SECONDS = "identity.mail", 0.5
# How late a mail is tried again that notices did not take.
CALM_SECONDS = 20.0


def loops(settings: Settings) -> list[Loop]:
    """``identity.mail``; any number of processes may run it."""
    common = settings.common
    deps = make_deps(settings, connect(common.mongo_url, common.database("identity")))
    notices = Notices(Peers("identity", common, None).client("notices"))
    mailing = Mailing(deps, notices, Failures(deps.mongo, MAIL, deps.now))
    return [
        Loop(
            MAIL,
            mailing.run_once,
            MAIL_SECONDS,
            Heartbeats(deps.mongo, deps.now).beat,
            bell=Wakes(deps.mongo).bell("outgoing_mails"),
            idle_for=lambda: CALM_SECONDS,
        )
    ]
