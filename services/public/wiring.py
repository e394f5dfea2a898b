"""Builds, once per app, the clients, caches and limits that the views use."""

from __future__ import annotations

import time
from dataclasses import dataclass

from requests.adapters import BaseAdapter

from services.public.cache import Monotonic
from services.public.clients import (
    Documents,
    DocumentsClient,
    Notices,
    NoticesClient,
    Registry,
    RegistryClient,
)
from services.public.entries import Listings
from services.public.query import Query
from services.public.register import Register
from services.public.settings import DOCUMENTED, Settings
from services.public.shelves import Shelves
from shared.limits import Limits
from shared.pdf_seals import Sealer, sealer_at
from shared.peers import Peers, ServiceClient
from shared.times import Clock, utc_now


@dataclass(frozen=True)
class Deps:
    """The clients, caches and limits that the views use."""

    registry: Registry
    documents: Documents
    notices: Notices
    seal: Sealer
    shelves: Shelves
    limits: Limits
    listings: Listings
    now: Clock
    origin: str
    security_contact: str = ""

    def register(self, query: Query) -> Register:
        """Return the register that ``query`` names; it is read on first use."""
        return Register(self.registry, query, self.now(), self.origin, self.listings)


def make_deps(
    settings: Settings,
    transport: BaseAdapter | None = None,
    now: Clock = utc_now,
    monotonic: Monotonic = time.monotonic,
    *,
    registry: Registry | None = None,
    documents: Documents | None = None,
    seal: Sealer | None = None,
    notices: Notices | None = None,
) -> Deps:
    """Return the dependencies of the views.

    ``transport`` carries calls to other services in process; None: over the network. Tests replace
    the clients of the other services by ``registry``, ``documents``, ``seal`` and ``notices``.
    """
    peers = Peers("public", settings.common, transport)
    return Deps(
        registry=registry or RegistryClient(peers.client("registry")),
        seal=seal or sealer_at(peers.client("identity")),
        documents=documents or documents_client(settings, transport),
        notices=notices or NoticesClient(peers.client("notices")),
        shelves=Shelves.of(settings.fresh_seconds, monotonic),
        limits=Limits.of(settings.common),
        listings=Listings(monotonic=monotonic),
        now=now,
        origin=settings.origin,
        security_contact=settings.security_contact,
    )


def documents_client(settings: Settings, transport: BaseAdapter | None) -> DocumentsClient:
    return DocumentsClient(
        {
            name: ServiceClient(name, settings.document_url(name), None, transport)
            for name in DOCUMENTED
        }
    )
