"""The loops of the e-mail channel: mails, and the watch over notices nobody has yet."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta

from requests.adapters import BaseAdapter

from services.notices import escalation
from services.notices.channels.email import Transport
from services.notices.clients import IdentityClient
from services.notices.escalation import Escalation
from services.notices.mail import loop, unreached_digest
from services.notices.mail.loop import Mailing
from services.notices.mail.unreached_digest import DigestLoop
from services.notices.mail.warnings import Outbox
from services.notices.model.acknowledgement_links import links_of
from services.notices.settings import Settings
from services.notices.store import (
    Deliveries,
    Events,
    Mails,
    Messages,
    NoticeContacts,
    Recipients,
    Watches,
)
from services.notices.store.digests import Digests
from services.notices.store.offers import Offers
from services.notices.store.receipts import Receipts
from services.notices.use_cases.bounces import Bounces, Maildir
from shared.failures import Failures
from shared.ids import new_id
from shared.loops import Loop
from shared.mongo import Mongo
from shared.peers import Peers
from shared.times import Clock, utc_now

IDLE_SECONDS = 0.5
MAIL, ESCALATION = "notices.mail", "notices.escalation"
Jitter = Callable[[], float]


def mail_loops(
    settings: Settings, mongo: Mongo, beat: Callable[[str, str], None], jitter: Jitter
) -> Sequence[Loop]:
    """``notices.mail`` and ``notices.escalation``; any number of each may run."""
    mails, maildir = make_mailing(settings, mongo, jitter), make_maildir(settings, mongo)
    watch, word = make_escalation(settings, mongo), make_digests(settings, mongo)
    return (
        Loop(MAIL, lambda: bool(mails.run_once() | maildir()), IDLE_SECONDS, beat),
        Loop(ESCALATION, lambda: watch.run_once() | word.run_once(), IDLE_SECONDS, beat),
    )


def make_mailing(settings: Settings, mongo: Mongo, jitter: Jitter, now: Clock = utc_now) -> Mailing:
    stores = loop.Stores(
        Mails(mongo), Messages(mongo), Events(mongo), Watches(mongo), Receipts(mongo)
    )
    return Mailing(
        stores,
        Failures(mongo, MAIL, now),
        Transport(settings.mail),
        settings.mail,
        links_of(settings.common),
        make_outbox(mongo, now),
        now,
        new_id,
        jitter,
    )


def make_outbox(mongo: Mongo, now: Clock = utc_now) -> Outbox:
    return Outbox(Mails(mongo), NoticeContacts(mongo), Recipients(mongo), now)


def make_escalation(settings: Settings, mongo: Mongo, now: Clock = utc_now) -> Escalation:
    stores = escalation.Stores(
        Watches(mongo),
        Messages(mongo),
        Deliveries(mongo),
        Mails(mongo),
        Recipients(mongo),
        NoticeContacts(mongo),
        Offers(mongo),
        Digests(mongo),
    )
    patience = timedelta(minutes=settings.mail.escalate_minutes)
    failures = Failures(mongo, ESCALATION, now)
    return Escalation(stores, failures, settings.mail.is_on, patience, now, new_id)


def make_digests(
    settings: Settings,
    mongo: Mongo,
    now: Clock = utc_now,
    transport: BaseAdapter | None = None,
) -> DigestLoop:
    """``transport``: how identity is asked when it lives in the same process."""
    stores = unreached_digest.Stores(
        Digests(mongo), Watches(mongo), Events(mongo), Recipients(mongo), Mails(mongo)
    )
    identity = IdentityClient(Peers("notices", settings.common, transport).client("identity"))
    # A record of its own: their jobs are changes, those of escalation are messages.
    failures = Failures(mongo, f"{ESCALATION}.digests", now)
    return DigestLoop(stores, failures, identity.party, settings.mail.is_on, now, new_id)


def make_maildir(settings: Settings, mongo: Mongo, now: Clock = utc_now) -> Callable[[], bool]:
    """Takes in reports from the Maildir of the settings; does nothing without one."""
    if not settings.mail.bounce_maildir:
        return bool
    bounces = Bounces(mongo, Mails(mongo), Watches(mongo), now)
    failures = Failures(mongo, f"{MAIL}.bounces", now)
    return Maildir(settings.mail.bounce_maildir, bounces, failures, now).run_once
