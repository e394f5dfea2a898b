"""One mail to each contact of an organisation, in the contact's own language."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from services.notices.channels.email import CHANNEL, contacts_of
from services.notices.clients import Party
from services.notices.model.channels import in_order
from services.notices.model.sendings import new_sending
from services.notices.model.stored import StoredSending
from services.notices.store import Stores


def mails_to(
    stores: Stores, party: Party, about: str, kind: str, why: str, now: datetime, **more: Any
) -> list[StoredSending]:
    """The rows to store, those for addresses that handed something back last; empty without a
    contact. Arguments: see ``new_sending``."""
    addresses = contacts_of(party.contacts)
    # Sent on behalf of no vendor, so only what came back of such mails counts.
    refused = stores.refused.among((None, address.key) for address in addresses).get(None, {})
    return [
        new_sending(
            CHANNEL.prefix,
            about,
            kind,
            address,
            why,
            now,
            language=address.language or party.language,
            **more,
        )
        for address in in_order(addresses, refused)
    ]
