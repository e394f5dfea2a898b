"""What the use cases work with."""

from __future__ import annotations

from dataclasses import dataclass

from services.notices.settings import Settings
from services.notices.signing import Random, SecretBox
from services.notices.store import (
    Deliveries,
    Endpoints,
    Events,
    Jobs,
    Messages,
    NoticeContacts,
    Recipients,
)
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
    messages: Messages
    deliveries: Deliveries
    contacts: NoticeContacts
    box: SecretBox
    now: Clock
    new_id: IdSource
    random: Random
