"""Whom a vendor writes to about an agreement: one rule for mails, links, copies and evidence."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from services.notices.model.channels import Customer
from services.notices.model.recipients import Recipient
from services.notices.model.stored import StoredAddress, StoredOffer

Contact = dict[str, Any]


@dataclass(frozen=True)
class Named:
    """What a customer has named itself. ``addresses``: by channel, what it has left for it,
    sealed. ``by_processor``: by the id of a vendor, whom this one is to write to instead."""

    contacts: list[Contact]
    addresses: Mapping[str, StoredAddress] = field(default_factory=dict)
    by_processor: Mapping[str, list[Contact]] = field(default_factory=dict)

    def contacts_for(self, processor_id: str | None) -> list[Contact]:
        """Whom this vendor writes to. No other vendor writes to, or learns of, its contacts."""
        return self.by_processor.get(processor_id or "", self.contacts)

    @property
    def everybody(self) -> list[Contact]:
        """All contacts, whichever vendor writes to them."""
        return [*self.contacts, *(one for some in self.by_processor.values() for one in some)]


def customer_of(
    named: Named | None, recipient: Recipient | None, offer: StoredOffer | None
) -> Customer:
    """The customer of one agreement: at the contacts it has named itself for this vendor, else for
    all, else at those of the agreement that binds it, else of the offer.

    ``offer`` opens no address that the customer has left for others: it has agreed to nothing with
    this vendor.
    """
    agreed = _agreed(recipient, offer)
    if named is None:
        return agreed
    addresses = named.addresses if recipient else {}
    contacts = named.contacts_for(_vendor_of(recipient, offer))
    return Customer(contacts, agreed.channels, agreed.language, addresses)


def contacts_in_general(named: Named | None, agreements: Iterable[Recipient]) -> list[Contact]:
    """Whom a customer is written to about no agreement of its in particular: those it has named,
    else those of all its agreements that bind, each address once."""
    if named is not None:
        return named.contacts
    told = [each for each in agreements if each.is_told]
    return list({one["email"]: one for each in told for one in each.contacts}.values())


def _vendor_of(recipient: Recipient | None, offer: StoredOffer | None) -> str | None:
    if recipient is not None:
        return str(recipient.processor["id"])
    return offer.get("processor_id") if offer else None


def _agreed(recipient: Recipient | None, offer: StoredOffer | None) -> Customer:
    if recipient is not None:
        return Customer(recipient.contacts, recipient.channels, recipient.language)
    if offer is not None:
        return Customer(offer["contacts"], offer["channels"], offer["language"])
    return Customer()


def owner_among(recipient: Recipient | None, offer: StoredOffer | None) -> str | None:
    """Whose contacts count: see ``Recipient.owner``."""
    return recipient.owner if recipient else offer["controller_id"] if offer else None
