"""The loops of notices, each put together from the stores of this process."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from functools import partial

import structlog
from requests.adapters import BaseAdapter

from services.notices.channels import BY_ADDRESS
from services.notices.channels.webhook import Limits, Sender
from services.notices.channels.webhook.single import Poster
from services.notices.clients import Party
from services.notices.dispatcher import Dispatcher, EndpointLimits, Lease
from services.notices.dispatcher.metrics import OLDEST
from services.notices.escalation import Escalation
from services.notices.fan_out.loop import FanOut
from services.notices.mail.maildir import Maildir
from services.notices.mail.reply_addresses import ReplyAddresses
from services.notices.mail.subscribers import SubscriberMails
from services.notices.mail.threads import Threads
from services.notices.mail.unreached_digest import DigestLoop
from services.notices.mail.vendor_contacts import VendorContacts
from services.notices.mail.vendor_digest import VendorDigestLoop
from services.notices.mail.warnings import Outbox
from services.notices.model.answer_links import links_of
from services.notices.model.channels import AddressChannel, Kit
from services.notices.model.deliveries import PENDING
from services.notices.model.subscribers import end_links_of
from services.notices.retention import Ages, Retention
from services.notices.sending.loop import SendingLoop
from services.notices.sending.sealed import SealedAddresses
from services.notices.settings import Settings
from services.notices.store import Stores
from services.notices.use_cases import bounces
from services.notices.wiring import FAN_OUT, make_box, make_deps, make_identity, open_stores
from shared.failures import Failures
from shared.ids import new_id
from shared.loops import Heartbeats, Loop
from shared.mongo import connect
from shared.times import Clock, utc_now
from shared.wakes import Wakes

log = structlog.get_logger()

DISPATCHER, RETENTION = "notices.dispatcher", "notices.retention"
MAIL, ESCALATION = "notices.mail", "notices.escalation"
IDLE_SECONDS, MAIL_IDLE_SECONDS, UPKEEP_SECONDS = 0.1, 0.5, 10.0
# Mails are tried again after a minute at the earliest, and notices are checked after minutes.
MAIL_CALM_SECONDS = 20.0
# Change events that wake a loop; inserts of these rows are too many, and none of them is missed.
BECOMES_DUE = {
    "$or": [
        {"updateDescription.updatedFields.state": PENDING},
        {"updateDescription.updatedFields.forwarded_at": {"$exists": True}},
    ]
}
UPDATES = {"operationType": "update"}
Jitter = Callable[[], float]
PartyOf = Callable[[str], Party]


def loops(settings: Settings) -> list[Loop]:
    """The five loops of notices; any number of processes may run the same one."""
    common = settings.common
    stores = open_stores(connect(common.mongo_url, common.database("notices")))
    beats = Heartbeats(stores.mongo, utc_now)
    beat = beats.beat
    sending = make_dispatcher(settings, stores, alive=lambda: beats.alive(DISPATCHER))
    channels = [make_sending(settings, stores, channel).run_once for channel in BY_ADDRESS]
    channels.append(make_maildir(settings, stores))
    escalation, digests = make_escalation(settings, stores), make_digests(settings, stores)
    vendor_mails = make_vendor_mails(settings, stores)
    fan_out, wakes = make_fan_out(stores), Wakes(stores.mongo)
    return [
        Loop(
            FAN_OUT,
            fan_out.run_once,
            IDLE_SECONDS,
            beat,
            bell=wakes.bell("jobs"),
            idle_for=fan_out.idle_for,
        ),
        Loop(
            DISPATCHER,
            sending.run_once,
            IDLE_SECONDS,
            beat,
            sending.drain,
            # A delivery that is sent again becomes pending; new ones come with their job.
            bell=wakes.bell("jobs", "parcels", deliveries=BECOMES_DUE),
            idle_for=sending.idle_for,
        ),
        Loop(RETENTION, make_retention(settings, stores).run_once, UPKEEP_SECONDS, beat),
        Loop(
            MAIL,
            lambda: _run_all(channels),
            MAIL_IDLE_SECONDS,
            beat,
            bell=wakes.bell(*(channel.collection for channel in BY_ADDRESS)),
            idle_for=lambda: MAIL_CALM_SECONDS,
        ),
        Loop(
            ESCALATION,
            lambda: escalation.run_once() | digests.run_once() | vendor_mails.run_once(),
            MAIL_IDLE_SECONDS,
            beat,
            bell=wakes.bell("jobs", "mails", "digests", "vendor_mails", "offers", messages=UPDATES),
            idle_for=lambda: MAIL_CALM_SECONDS,
        ),
    ]


def _run_all(steps: Sequence[Callable[[], bool]]) -> bool:
    """Every one of these, in turn; whether any has more to do."""
    has_more = [step() for step in steps]
    return any(has_more)


def make_fan_out(stores: Stores, now: Clock = utc_now) -> FanOut:
    return FanOut(
        stores=stores,
        failures=Failures(stores.mongo, FAN_OUT, now),
        now=now,
        new_id=new_id,
        write_to_some=SubscriberMails(stores).batch,
    )


def jitter() -> float:
    """A number from -1 to 1, so that receivers that failed together are not tried together."""
    return secrets.randbelow(2_000_001) / 1_000_000 - 1


def limits_of(settings: Settings) -> Limits:
    return Limits(
        total_s=settings.attempt_seconds,
        in_flight=settings.in_flight,
        per_address=settings.address_in_flight,
        ca_file=str(settings.ca_file) if settings.ca_file else None,
    )


def make_dispatcher(
    settings: Settings, stores: Stores, now: Clock = utc_now, alive: Callable[[], int] = lambda: 1
) -> Dispatcher:
    return Dispatcher(
        stores=stores,
        failures=Failures(stores.mongo, DISPATCHER, now),
        sender=Sender(settings.egress, limits_of(settings)),
        box=make_box(settings),
        lease=Lease(settings.lease_seconds, settings.attempt_seconds),
        now=now,
        new_id=new_id,
        jitter=jitter,
        enqueue=make_outbox(stores, now).enqueue,
        schedule=settings.schedule,
        limits=EndpointLimits(settings.endpoint_in_flight, settings.endpoint_rate),
        alive=alive,
    )


def make_retention(settings: Settings, stores: Stores, now: Clock = utc_now) -> Retention:
    def show_age(made_at: datetime | None) -> None:
        OLDEST.set((now() - made_at).total_seconds() if made_at else 0)

    days = (settings.answer_days, settings.retention_days, settings.evidence_days)
    return Retention(
        stores=stores,
        failures=Failures(stores.mongo, RETENTION, now),
        box=make_box(settings),
        ages=Ages(*map(timedelta, days)),
        now=now,
        seen=show_age,
    )


def make_sending(
    settings: Settings,
    stores: Stores,
    channel: AddressChannel,
    now: Clock = utc_now,
    jitter: Jitter = jitter,
    party_of: PartyOf | None = None,
) -> SendingLoop:
    """``party_of``: what identity says of an organisation."""
    return SendingLoop(
        channel=channel,
        stores=stores,
        failures=Failures(stores.mongo, MAIL, now),
        sender=channel.sender(make_kit(settings, stores, now, party_of)),
        is_on=channel.is_on(settings.channels),
        now=now,
        new_id=new_id,
        jitter=jitter,
        expand=make_outbox(stores, now, make_vendor_contacts(settings, stores).of).addressed,
        secret_of=SealedAddresses(channel, stores.contacts, make_box(settings)).of,
        origin=settings.common.origin,
    )


def make_kit(
    settings: Settings,
    stores: Stores,
    now: Clock = utc_now,
    party_of: PartyOf | None = None,
) -> Kit:
    return Kit(
        reply_to=ReplyAddresses(stores, party_of or make_identity(settings).party, now).of,
        thread_of=Threads(stores).of,
        settings=settings.channels,
        post=Poster(settings.egress, limits_of(settings)).post,
        answer_url=links_of(settings.common).url,
        end_url=end_links_of(settings.common).url,
        seconds=settings.attempt_seconds,
    )


def make_outbox(
    stores: Stores,
    now: Clock = utc_now,
    party_of: Callable[[str], Party | None] = lambda _: None,
) -> Outbox:
    """``party_of``: a vendor as its mails need it; only who addresses mails needs it."""
    return Outbox(stores=stores, now=now, party_of=party_of)


def make_vendor_contacts(
    settings: Settings, stores: Stores, transport: BaseAdapter | None = None
) -> VendorContacts:
    """``transport``: how identity is asked when it lives in the same process."""
    identity = make_identity(settings, transport)
    return VendorContacts(stores, identity.party, identity.owners)


def make_maildir(settings: Settings, stores: Stores, now: Clock = utc_now) -> Callable[[], bool]:
    """Takes in reports from the Maildir of the settings; does nothing without one. Warns where
    mails are sent and no report of one that came back could ever be heard."""
    if settings.mail.is_on and not settings.mail.hears_of_bounces:
        log.warning("bounce.unheard")
    if not settings.mail.bounce_maildir:
        return bool
    receive = partial(bounces.receive, make_deps(settings, stores, now), by_address=False)
    failures = Failures(stores.mongo, f"{MAIL}.bounces", now)
    return Maildir(settings.mail.bounce_maildir, receive, failures, now).run_once


def make_escalation(settings: Settings, stores: Stores, now: Clock = utc_now) -> Escalation:
    return Escalation(
        stores=stores,
        failures=Failures(stores.mongo, ESCALATION, now),
        is_on=lambda channel: channel.is_on(settings.channels),
        patience=timedelta(minutes=settings.mail.escalate_minutes),
        origin=settings.common.origin,
        now=now,
        new_id=new_id,
    )


def make_digests(
    settings: Settings,
    stores: Stores,
    now: Clock = utc_now,
    transport: BaseAdapter | None = None,
) -> DigestLoop:
    """``transport``: how identity is asked when it lives in the same process."""
    return DigestLoop(
        stores=stores,
        # A record of its own: its jobs are changes, those of escalation are messages.
        failures=Failures(stores.mongo, f"{ESCALATION}.digests", now),
        party_of=make_vendor_contacts(settings, stores, transport).of,
        email_is_on=settings.mail.is_on,
        now=now,
        new_id=new_id,
    )


def make_vendor_mails(
    settings: Settings,
    stores: Stores,
    now: Clock = utc_now,
    transport: BaseAdapter | None = None,
) -> VendorDigestLoop:
    """``transport``: how identity is asked when it lives in the same process."""
    return VendorDigestLoop(
        stores=stores,
        failures=Failures(stores.mongo, f"{ESCALATION}.vendors", now),
        contacts=make_vendor_contacts(settings, stores, transport),
        email_is_on=settings.mail.is_on,
        now=now,
        new_id=new_id,
    )
