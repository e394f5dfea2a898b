"""Whom a vendor is mailed at: the contacts it has named here, else those of its organisation; its
owners, where it has no other mailbox than one that sends mails back."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from typing import Any

import structlog

from services.notices.channels.email import contacts_of
from services.notices.clients import Party
from services.notices.model.owners import vendor
from services.notices.store import Stores
from shared.errors import DomainError

log = structlog.get_logger()


@dataclass(frozen=True)
class VendorContacts:
    """``party_of``, ``owners_of``: what identity says of an organisation."""

    stores: Stores
    party_of: Callable[[str], Party]
    owners_of: Callable[[str], Sequence[dict[str, Any]]] = lambda _: ()

    def of(self, org_id: str) -> Party | None:
        """The vendor as its mails need it; None while identity does not answer."""
        named, _ = self.stores.contacts.get(vendor(org_id))
        try:
            party = self.party_of(org_id)
        except DomainError as error:
            log.warning("digest.identity", error=type(error).__name__)
            return Party(tuple(named.contacts), None) if named else None
        return replace(party, contacts=tuple(named.contacts)) if named else party

    def but(self, org_id: str, keys: Collection[str]) -> Party | None:
        """The same where mails to these addresses come back: the owners join contacts that have no
        other address. None while identity does not answer, for nobody else can be told."""
        party = self.of(org_id)
        if party is None or {each.key for each in contacts_of(party.contacts)} - set(keys):
            return party
        try:
            owners = tuple(self.owners_of(org_id))
        except DomainError as error:
            log.warning("digest.identity", error=type(error).__name__)
            return None
        return replace(party, contacts=(*party.contacts, *owners))
