"""The composition root of notices."""

from __future__ import annotations

import os

from flask import Flask
from requests.adapters import BaseAdapter

from services.notices.api import blueprints
from services.notices.channels.webhook.signing import SecretBox
from services.notices.model.acknowledgement_links import links_of
from services.notices.settings import Settings
from services.notices.store import (
    INDEXES,
    Deliveries,
    Endpoints,
    Events,
    Jobs,
    Messages,
    NoticeContacts,
    Recipients,
)
from services.notices.store.escalations import Watches
from services.notices.store.mails import Mails
from services.notices.store.offers import Offers
from services.notices.use_cases import Deps
from services.notices.use_cases.bounces import Bounces
from shared.app import build
from shared.failures import FailedJobs, Failures
from shared.idempotency import Idempotency
from shared.ids import new_id
from shared.loops import STILL_AFTER_SECONDS, Heartbeats, standing_still
from shared.mongo import Mongo, connect
from shared.peers import Peers
from shared.relay import Inbox
from shared.times import Clock, utc_now

# Those that every notice depends on.
LOOPS = (
    "notices.fanout",
    "notices.dispatcher",
    "notices.retention",
    "notices.mail",
    "notices.escalation",
)


def make_deps(settings: Settings, mongo: Mongo, now: Clock = utc_now) -> Deps:
    mongo.ensure_indexes({**INDEXES, **Idempotency.INDEXES, **FailedJobs.INDEXES})
    mails, watches = Mails(mongo), Watches(mongo)
    return Deps(
        settings=settings,
        mongo=mongo,
        inbox=Inbox(mongo),
        recipients=Recipients(mongo),
        endpoints=Endpoints(mongo),
        events=Events(mongo),
        jobs=Jobs(mongo),
        fanout_failures=Failures(mongo, "notices.fanout", now),
        messages=Messages(mongo),
        deliveries=Deliveries(mongo),
        contacts=NoticeContacts(mongo),
        mails=mails,
        offers=Offers(mongo),
        watches=watches,
        bounces=Bounces(mongo, mails, watches, now),
        links=links_of(settings.common),
        box=SecretBox(settings.common.secrets_key, *settings.common.older_secrets_keys),
        now=now,
        new_id=new_id,
        random=os.urandom,
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
    app.extensions["art28.deps"] = make_deps(settings, mongo, now)
    return app
