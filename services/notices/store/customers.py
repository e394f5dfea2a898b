"""Whom vendors write to about agreements, as the stores have it: see ``model/contacts.py``."""

from __future__ import annotations

from collections.abc import Mapping

from services.notices.model.channels import Customer
from services.notices.model.contacts import customer_of, owner_among
from services.notices.model.recipients import Recipient
from services.notices.model.stored import StoredOffer
from services.notices.store import Stores


def customers_among(
    stores: Stores, recipients: Mapping[str, Recipient], offers: Mapping[str, StoredOffer]
) -> dict[str, Customer]:
    """By agreement: the customer of each of these."""
    owners = {
        name: owner_among(recipients.get(name), offers.get(name)) for name in (*offers, *recipients)
    }
    named = stores.contacts.many(owner for owner in owners.values() if owner)
    return {
        name: customer_of(named.get(owner or ""), recipients.get(name), offers.get(name))
        for name, owner in owners.items()
    }


def customer_now(stores: Stores, agreement_id: str) -> Customer:
    """The customer of one agreement; nobody where it is neither in force nor offered."""
    recipients = stores.recipients.many([agreement_id])
    offers = stores.offers.many([agreement_id])
    return customers_among(stores, recipients, offers).get(agreement_id, Customer())
