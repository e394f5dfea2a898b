"""What the use cases work with, put together once per process."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, field

from requests.adapters import BaseAdapter

from services.notices.clients import IdentityClient
from services.notices.model.answer_links import Links, links_of
from services.notices.model.channels import nobody
from services.notices.model.subscribers import EndLinks, end_links_of
from services.notices.settings import Settings
from services.notices.store import INDEXES, Stores
from shared.failures import FailedJobs, Failures
from shared.idempotency import Idempotency
from shared.ids import IdSource, new_id
from shared.lookups import BoundedLookup
from shared.mongo import Mongo
from shared.pdf_seals import Sealer, nothing_sealed, sealer_at
from shared.peers import Peers
from shared.relay import Inbox
from shared.times import Clock, utc_now
from shared.webhook_signing import Random, SecretBox

FAN_OUT = "notices.fanout"


def unproved(_: str) -> None:
    return None


@dataclass(frozen=True)
class Deps:
    settings: Settings
    stores: Stores
    inbox: Inbox
    fanout_failures: Failures
    links: Links
    end_links: EndLinks
    box: SecretBox
    now: Clock
    new_id: IdSource
    random: Random
    names: BoundedLookup = field(default_factory=BoundedLookup)
    reply_to: Callable[[str | None], str] = nobody
    seal: Sealer = nothing_sealed
    proved_address: Callable[[str], str | None] = unproved


def open_stores(mongo: Mongo) -> Stores:
    """The stores of this process, with their indexes made."""
    mongo.ensure_indexes({**INDEXES, **Idempotency.INDEXES, **FailedJobs.INDEXES})
    return Stores.of(mongo)


def make_deps(
    settings: Settings,
    stores: Stores,
    now: Clock = utc_now,
    reply_to: Callable[[str | None], str] = nobody,
    seal: Sealer = nothing_sealed,
    proved_address: Callable[[str], str | None] = unproved,
) -> Deps:
    """``reply_to``: where a vendor reads answers, by its id; ``seal``: what seals evidence;
    ``proved_address``: the notice address of a vendor, once it is proved to receive."""
    return Deps(
        seal=seal,
        proved_address=proved_address,
        reply_to=reply_to,
        settings=settings,
        stores=stores,
        inbox=Inbox(stores.mongo),
        fanout_failures=Failures(stores.mongo, FAN_OUT, now),
        links=links_of(settings.common),
        end_links=end_links_of(settings.common),
        box=make_box(settings),
        now=now,
        new_id=new_id,
        random=os.urandom,
    )


def make_box(settings: Settings) -> SecretBox:
    """What opens the sealed secrets of endpoints."""
    return SecretBox(settings.common.secrets_key, *settings.common.older_secrets_keys)


def make_sealer(settings: Settings, transport: BaseAdapter | None = None) -> Sealer:
    """``transport``: how identity is asked when it lives in the same process."""
    return sealer_at(Peers("notices", settings.common, transport).client("identity"))


def make_identity(settings: Settings, transport: BaseAdapter | None = None) -> IdentityClient:
    """``transport``: how identity is asked when it lives in the same process."""
    return IdentityClient(Peers("notices", settings.common, transport).client("identity"))
