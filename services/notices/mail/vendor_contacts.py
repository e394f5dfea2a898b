"""Whom a vendor is mailed at: the contacts it has named here, else those of its organisation."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import structlog

from services.notices.clients import Party
from services.notices.model.owners import vendor
from services.notices.store import Stores
from shared.errors import DomainError

log = structlog.get_logger()


@dataclass(frozen=True)
class VendorContacts:
    """``party_of``: what identity says of an organisation."""

    stores: Stores
    party_of: Callable[[str], Party]

    def of(self, org_id: str) -> Party | None:
        """The vendor as its mails need it; None while identity does not answer."""
        named, _ = self.stores.contacts.get(vendor(org_id))
        try:
            party = self.party_of(org_id)
        except DomainError as error:
            log.warning("digest.identity", error=type(error).__name__)
            return Party(tuple(named.contacts), None) if named else None
        return replace(party, contacts=tuple(named.contacts)) if named else party
