"""What the app and the loops are both made of."""

from __future__ import annotations

from services.agreements.clients import Identity, Registry
from services.agreements.contract.wording import built_in_templates
from services.agreements.settings import Settings
from services.agreements.store import (
    INDEXES,
    Agreements,
    Documents,
    Files,
    InForce,
    NoticeGroups,
    Policies,
    Templates,
    Versions,
)
from services.agreements.use_cases.saving import Deps
from shared.failures import FailedJobs, Failures
from shared.idempotency import Idempotency
from shared.ids import new_id
from shared.ledger import Ledger
from shared.mongo import Mongo
from shared.peers import Peers
from shared.times import Clock, utc_now

LISTENERS = ["notices"]


def make_deps(settings: Settings, mongo: Mongo, peers: Peers, now: Clock = utc_now) -> Deps:
    return Deps(
        settings=settings,
        mongo=mongo,
        agreements=Agreements(mongo),
        versions=Versions(mongo),
        templates=Templates(mongo),
        groups=NoticeGroups(mongo),
        in_force=InForce(mongo),
        ledger=Ledger(mongo, LISTENERS),
        clock_failures=Failures(mongo, "agreements.clock", now),
        documents=Documents(mongo),
        files=Files(mongo),
        policies=Policies(mongo),
        identity=Identity(peers.client("identity")),
        registry=Registry(peers.client("registry")),
        now=now,
        new_id=new_id,
    )


def prepare(mongo: Mongo) -> None:
    """Make indexes and built-in templates, renew older rows; doing it again changes nothing."""
    mongo.ensure_indexes({**INDEXES, **Ledger.INDEXES, **Idempotency.INDEXES, **FailedJobs.INDEXES})
    Templates(mongo).seed(built_in_templates())
    Agreements(mongo).name_customers()
