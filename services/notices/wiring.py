"""What the use cases work with."""

from __future__ import annotations

from dataclasses import dataclass, field

from services.notices.channels.webhook.precheck import Names
from services.notices.channels.webhook.signing import Random, SecretBox
from services.notices.model.acknowledgement_links import Links
from services.notices.settings import Settings
from services.notices.store import (
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
from services.notices.use_cases.bounces import Bounces
from shared.failures import Failures
from shared.ids import IdSource
from shared.mongo import Mongo
from shared.relay import Inbox
from shared.times import Clock


@dataclass(frozen=True)
class Deps:
    settings: Settings
    mongo: Mongo
    inbox: Inbox
    recipients: Recipients
    endpoints: Endpoints
    events: Events
    jobs: Jobs
    fanout_failures: Failures
    messages: Messages
    deliveries: Deliveries
    contacts: NoticeContacts
    mails: Mails
    offers: Offers
    watches: Watches
    bounces: Bounces
    links: Links
    box: SecretBox
    now: Clock
    new_id: IdSource
    random: Random
    names: Names = field(default_factory=Names)
