"""What the app and the loops of the registry are both made of."""

from __future__ import annotations

from requests.adapters import BaseAdapter

from services.registry.clients import AgreementsClient, IdentityClient, NoticesClient
from services.registry.events import INSTRUMENTS
from services.registry.public_keys import PublicKeys
from services.registry.settings import Settings
from services.registry.store import INDEXES
from services.registry.store.bases import Bases
from services.registry.store.changes import Approvals, Changes, Objections
from services.registry.store.checkpoints import Checkpoints
from services.registry.store.erasures import Traces
from services.registry.store.imports import Imports, Listed
from services.registry.store.instruments import Instruments
from services.registry.store.registers import Registers, Rows
from services.registry.use_cases import Deps
from shared.failures import FailedJobs, Failures
from shared.idempotency import Idempotency
from shared.ids import new_id
from shared.keys import Keys
from shared.ledger import Ledger
from shared.mongo import connect
from shared.peers import Peers
from shared.times import Clock, utc_now

LISTENER = "notices"


def make_deps(
    settings: Settings, transport: BaseAdapter | None = None, now: Clock = utc_now
) -> Deps:
    mongo = connect(settings.common.mongo_url, settings.common.database("registry"))
    mongo.ensure_indexes({**INDEXES, **Checkpoints.INDEXES, **Imports.INDEXES})
    mongo.ensure_indexes({**Ledger.INDEXES, **Idempotency.INDEXES, **FailedJobs.INDEXES})
    peers = Peers("registry", settings.common, transport)
    ledger = Ledger(mongo, [LISTENER])
    return Deps(
        mongo=mongo,
        registers=Registers(mongo),
        rows=Rows(mongo),
        changes=Changes(mongo),
        objections=Objections(mongo),
        approvals=Approvals(mongo),
        ledger=ledger,
        bases=Bases(mongo),
        clock_failures=Failures(mongo, "registry.clock", now),
        import_failures=Failures(mongo, "registry.imports", now, may_kill=True),
        public_keys=PublicKeys(),
        checkpoints=Checkpoints(mongo),
        imports=Imports(mongo),
        listed=Listed(mongo),
        traces=Traces(mongo),
        keys=Keys(
            mongo,
            settings.common.secrets_key,
            "checkpoint",
            settings.common.older_secrets_keys,
        ),
        instruments=Instruments(
            mongo, lambda: ledger.head(INSTRUMENTS), settings.instrument_stale_days
        ),
        identity=IdentityClient(peers.client("identity")),
        agreements=AgreementsClient(peers.client("agreements")),
        notices=NoticesClient(peers.client("notices")),
        now=now,
        new_id=new_id,
    )
