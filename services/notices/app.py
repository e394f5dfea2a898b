"""The app of notices: routes, access, readiness."""

from __future__ import annotations

from flask import Flask
from requests.adapters import BaseAdapter

from services.notices.api import blueprints
from services.notices.mail.reply_addresses import ReplyAddresses
from services.notices.settings import Settings
from services.notices.wiring import make_deps, make_identity, make_sealer, open_stores
from shared.app import build
from shared.loops import STILL_AFTER_SECONDS, Heartbeats, standing_still
from shared.mongo import connect
from shared.peers import Peers
from shared.times import Clock, utc_now

# Those that every notice depends on.
LOOPS = (
    "notices.fanout",
    "notices.dispatcher",
    "notices.retention",
    "notices.mail",
    "notices.escalation",
)


def create_app(
    settings: Settings,
    transport: BaseAdapter | None = None,
    now: Clock = utc_now,
    still_after: float = STILL_AFTER_SECONDS,
) -> Flask:
    """``transport``: how other services are asked when they live in the same process;
    ``still_after``: seconds without a beat after which a loop makes us not ready."""
    common = settings.common
    mongo = connect(common.mongo_url, common.database("notices"))
    verifier = Peers("notices", common, transport).verifier(now)
    checks = {"loops": standing_still(Heartbeats(mongo, utc_now), LOOPS, still_after)}
    app = build(
        "notices", common, blueprints, verifier=verifier, now=now, mongo=mongo, checks=checks
    )
    stores, party_of = open_stores(mongo), make_identity(settings, transport).party
    reply_to = ReplyAddresses(stores, party_of, now).shown
    app.extensions["art28.deps"] = make_deps(
        settings,
        stores,
        now,
        reply_to,
        make_sealer(settings, transport),
        lambda vendor: party_of(vendor).notice_address,
    )
    return app
