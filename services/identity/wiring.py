"""What the use cases of identity work with."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass

from services.identity.proofs.discovery import Discovery
from services.identity.sealing import OutsideSigner
from services.identity.settings import Settings
from services.identity.store import INDEXES, Stores
from services.identity.throttle import Throttle
from shared.auth import Acting, acting
from shared.failures import FailedJobs, Failures
from shared.fetching import Fetcher
from shared.idempotency import Idempotency
from shared.ids import IdSource, new_id
from shared.keys import Keys
from shared.mongo import Mongo
from shared.sealing import Seal
from shared.times import Clock, utc_now

SECRET_BYTES = 32


@dataclass(frozen=True)
class Deps(Stores):
    """The stores, the signing keys, and the time, ids and secrets that use cases are given."""

    settings: Settings
    mongo: Mongo
    keys: Keys
    throttle: Throttle
    import_failures: Failures
    now: Clock
    new_id: IdSource
    new_secret: Callable[[], str]
    acting: Callable[[], Acting]
    seal: Seal
    discovery: Discovery
    outside_signer: OutsideSigner


def make_deps(settings: Settings, mongo: Mongo, now: Clock = utc_now) -> Deps:
    """What one process works with. Makes the indexes that are missing."""
    stores, common = Stores.of(mongo), settings.common
    stores.organisations.drop_old_index()
    own = {**INDEXES, **Throttle.INDEXES}
    mongo.ensure_indexes({**own, **Idempotency.INDEXES, **FailedJobs.INDEXES})
    stores.organisations.key_old_ones()
    return Deps(
        **vars(stores),
        settings=settings,
        mongo=mongo,
        keys=Keys(
            mongo,
            common.secrets_key,
            older=common.older_secrets_keys,
            algorithm=settings.token_algorithm,
            by_thumbprint=True,
        ),
        throttle=Throttle(mongo, settings.failed_tokens),
        import_failures=Failures(mongo, "identity.customers", now, may_kill=True),
        now=now,
        new_id=new_id,
        new_secret=lambda: secrets.token_urlsafe(SECRET_BYTES),
        acting=acting,
        seal=Seal(common.secrets_key, common.older_secrets_keys),
        discovery=Discovery(Fetcher(settings.egress, ca_file=settings.ca_file)),
        outside_signer=OutsideSigner(settings.seal),
    )
