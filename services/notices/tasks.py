"""The loops of notices."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from datetime import datetime, timedelta

from services.notices import dispatcher, retention
from services.notices.channels.webhook import Limits, Sender
from services.notices.channels.webhook.signing import SecretBox
from services.notices.dispatcher import Dispatcher, Lease, Shares
from services.notices.dispatcher.metrics import OLDEST
from services.notices.fan_out import loop
from services.notices.fan_out.loop import FanOut
from services.notices.mail_tasks import mail_loops, make_outbox
from services.notices.retention import Ages, Retention
from services.notices.settings import Settings
from services.notices.store import (
    INDEXES,
    Deliveries,
    Endpoints,
    Events,
    Jobs,
    Mails,
    Messages,
    Parcels,
    Recipients,
)
from services.notices.store.ageing import Ageing
from services.notices.store.digests import Digests
from services.notices.store.receipts import Receipts
from shared.failures import FailedJobs, Failures
from shared.ids import new_id
from shared.loops import Heartbeats, Loop
from shared.mongo import Mongo, connect
from shared.times import Clock, utc_now

FANOUT = "notices.fanout"
DISPATCHER = "notices.dispatcher"
IDLE_SECONDS = 0.1
UPKEEP_SECONDS = 10.0


def loops(settings: Settings) -> list[Loop]:
    """Fan-out, dispatcher, upkeep; more processes may run the same ones beside."""
    common = settings.common
    mongo = connect(common.mongo_url, common.database("notices"))
    mongo.ensure_indexes({**INDEXES, **FailedJobs.INDEXES})
    beats = Heartbeats(mongo, utc_now)
    beat = beats.beat
    sending = make_dispatcher(settings, mongo, alive=lambda: beats.alive(DISPATCHER))
    return [
        Loop(FANOUT, make_fanout(mongo).run_once, IDLE_SECONDS, beat),
        Loop(DISPATCHER, sending.run_once, IDLE_SECONDS, beat, sending.drain),
        Loop("notices.retention", make_retention(settings, mongo).run_once, UPKEEP_SECONDS, beat),
        *mail_loops(settings, mongo, beat, jitter),
    ]


def make_fanout(mongo: Mongo, now: Clock = utc_now) -> FanOut:
    stores = loop.Stores(
        Jobs(mongo),
        Events(mongo),
        Recipients(mongo),
        Endpoints(mongo),
        Messages(mongo),
        Deliveries(mongo),
        Parcels(mongo),
    )
    return FanOut(stores, Failures(mongo, FANOUT, now), now, new_id)


def make_dispatcher(
    settings: Settings, mongo: Mongo, now: Clock = utc_now, alive: Callable[[], int] = lambda: 1
) -> Dispatcher:
    stores = dispatcher.Stores(
        mongo,
        Endpoints(mongo),
        Events(mongo),
        Jobs(mongo),
        Messages(mongo),
        Deliveries(mongo),
        Parcels(mongo),
        Receipts(mongo),
        Failures(mongo, DISPATCHER, now),
    )
    limits = Limits(
        total_s=settings.attempt_seconds,
        in_flight=settings.in_flight,
        per_address=settings.address_in_flight,
        ca_file=str(settings.ca_file) if settings.ca_file else None,
    )
    return Dispatcher(
        stores,
        Sender(settings.egress, limits),
        make_box(settings),
        Lease(settings.lease_seconds, settings.attempt_seconds),
        now,
        new_id,
        jitter,
        make_outbox(mongo, now).enqueue,
        settings.schedule,
        Shares(settings.endpoint_in_flight, settings.endpoint_rate),
        alive,
    )


def make_retention(settings: Settings, mongo: Mongo, now: Clock = utc_now) -> Retention:
    stores = retention.Stores(
        Messages(mongo),
        Deliveries(mongo),
        Endpoints(mongo),
        Recipients(mongo),
        Mails(mongo),
        Digests(mongo),
        Ageing(mongo),
    )

    def show_age(made_at: datetime | None) -> None:
        OLDEST.set((now() - made_at).total_seconds() if made_at else 0)

    days = (settings.answer_days, settings.retention_days, settings.evidence_days)
    failures = Failures(mongo, "notices.retention", now)
    return Retention(
        stores, failures, make_box(settings), Ages(*map(timedelta, days)), now, show_age
    )


def make_box(settings: Settings) -> SecretBox:
    return SecretBox(settings.common.secrets_key, *settings.common.older_secrets_keys)


def jitter() -> float:
    """A number from -1 to 1, so that receivers that failed together are not tried together."""
    return secrets.randbelow(2_000_001) / 1_000_000 - 1
