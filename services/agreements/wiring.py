"""What the use cases of agreements work with, made for the app and the loops alike."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from services.agreements.clients import Identity, Registry
from services.agreements.contract.annex import Annex, annex_from
from services.agreements.contract.contents import Content
from services.agreements.contract.wording import Template, built_in_templates
from services.agreements.official_files import (
    OfficialFile,
    OfficialFiles,
    official_file,
    official_files,
)
from services.agreements.settings import Settings
from services.agreements.store import INDEXES, Stores
from shared.auth import acting_person
from shared.failures import FailedJobs, Failures
from shared.fetching import Fetcher
from shared.idempotency import Idempotency
from shared.ids import IdSource, new_id
from shared.ledger import Ledger
from shared.lookups import BoundedLookup
from shared.mongo import Mongo
from shared.pdf_seals import Sealer, sealer_at
from shared.peers import Peers
from shared.sealing import Seal
from shared.times import Clock, utc_now

LISTENERS = ["notices"]
# How long a signature provider may take to take a document in.
PROVIDER_SECONDS = 10.0


@dataclass(frozen=True)
class Deps(Stores):
    """The stores, what else the use cases ask, and the time and ids they are given."""

    settings: Settings
    mongo: Mongo
    ledger: Ledger
    clock_failures: Failures
    import_failures: Failures
    roll_out_failures: Failures
    identity: Identity
    registry: Registry
    official_files: OfficialFiles
    seal: Sealer
    secrets: Seal
    names: BoundedLookup
    fetcher: Fetcher
    now: Clock
    new_id: IdSource

    @property
    def seals_at(self) -> str:
        """The page that says how to check the seal of a file."""
        return f"{self.settings.common.origin}/identity/seals"

    def lapses_on(self) -> date:
        """The last day of an offer made now."""
        return self.now().date() + timedelta(days=self.settings.offer_days)

    def official(self, template: Template, content: Content) -> OfficialFile | None:
        """The official file of the text that an agreement made now rests on, if there is one."""
        return official_file(self.official_files, template.kind, content.language)

    def annex(self, processor_slug: str, content: Content) -> Annex:
        """The processor's register of today, as an agreement on ``content`` lists it."""
        today = self.now().date()
        listed = self.registry.listed(processor_slug, today)
        announced = self.registry.announced(processor_slug) if listed is not None else ()
        return annex_from(listed, today, content.language, content.products, announced)


def make_deps(settings: Settings, mongo: Mongo, peers: Peers, now: Clock = utc_now) -> Deps:
    """What one process works with. Makes the indexes and built-in templates that are missing."""
    stores, common = Stores.of(mongo), settings.common
    _prepare(mongo, stores)
    official = official_files(settings.official_texts)
    for file in official.values():
        stores.official_texts.keep(file, now())
    return Deps(
        **vars(stores),
        settings=settings,
        mongo=mongo,
        ledger=Ledger(mongo, LISTENERS, person=acting_person),
        clock_failures=Failures(mongo, "agreements.clock", now),
        import_failures=Failures(mongo, "agreements.imports", now, may_kill=True),
        roll_out_failures=Failures(mongo, "agreements.rollouts", now),
        identity=Identity(peers.client("identity")),
        official_files=official,
        seal=sealer_at(peers.client("identity")),
        secrets=Seal(common.secrets_key, common.older_secrets_keys),
        names=BoundedLookup(),
        fetcher=Fetcher(settings.egress, PROVIDER_SECONDS, ca_file=settings.ca_file),
        registry=Registry(peers.client("registry")),
        now=now,
        new_id=new_id,
    )


def _prepare(mongo: Mongo, stores: Stores) -> None:
    mongo.ensure_indexes({**INDEXES, **Ledger.INDEXES, **Idempotency.INDEXES, **FailedJobs.INDEXES})
    stores.templates.seed(built_in_templates())
    stores.agreements.name_customers()
