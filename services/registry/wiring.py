"""What the use cases work with, put together once per process."""

from __future__ import annotations

from dataclasses import dataclass

from requests.adapters import BaseAdapter

from services.registry.clients import AgreementsClient, IdentityClient, NoticesClient
from services.registry.public_keys import PublicKeys
from services.registry.settings import Settings
from services.registry.store import INDEXES, Stores
from shared.auth import acting_person
from shared.failures import FailedJobs, Failures
from shared.idempotency import Idempotency
from shared.ids import IdSource, new_id
from shared.keys import Keys
from shared.ledger import Ledger
from shared.mongo import Mongo, connect
from shared.peers import Peers
from shared.times import Clock, utc_now

LISTENER = "notices"


@dataclass(frozen=True)
class Deps:
    mongo: Mongo
    stores: Stores
    ledger: Ledger
    keys: Keys
    clock_failures: Failures
    import_failures: Failures
    public_keys: PublicKeys
    identity: IdentityClient
    agreements: AgreementsClient
    notices: NoticesClient
    now: Clock
    new_id: IdSource


def make_deps(
    settings: Settings, transport: BaseAdapter | None = None, now: Clock = utc_now
) -> Deps:
    """``transport`` carries calls to other services in process; None: over the network."""
    common = settings.common
    mongo = connect(common.mongo_url, common.database("registry"))
    mongo.ensure_indexes({**INDEXES, **Ledger.INDEXES})
    mongo.ensure_indexes({**Idempotency.INDEXES, **FailedJobs.INDEXES})
    ledger = Ledger(mongo, [LISTENER], person=acting_person)
    peers = Peers("registry", common, transport)
    return Deps(
        mongo=mongo,
        stores=Stores.of(mongo, ledger, settings.instrument_stale_days),
        ledger=ledger,
        keys=Keys(mongo, common.secrets_key, "checkpoint", common.older_secrets_keys),
        clock_failures=Failures(mongo, "registry.clock", now),
        import_failures=Failures(mongo, "registry.imports", now, may_kill=True),
        public_keys=PublicKeys(),
        identity=IdentityClient(peers.client("identity")),
        agreements=AgreementsClient(peers.client("agreements")),
        notices=NoticesClient(peers.client("notices")),
        now=now,
        new_id=new_id,
    )
