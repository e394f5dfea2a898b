"""Addresses that customers have left sealed, and links of mails, opened for one attempt."""

from __future__ import annotations

from dataclasses import dataclass

import structlog

from services.notices.model.channels import AddressChannel
from services.notices.model.stored import StoredSending
from services.notices.store import NoticeContacts
from services.notices.store.contacts import sealed_name
from shared.webhook_signing import SecretBox, UnreadableSecretError

log = structlog.get_logger()


@dataclass(frozen=True)
class SealedAddresses:
    channel: AddressChannel
    contacts: NoticeContacts
    box: SecretBox

    def of(self, sending: StoredSending) -> str | None:
        """The link of a mail, or the address of a sending; None when its customer has left another
        one, or none."""
        if link := sending.get("sealed"):
            return self._opened(link, sending["_id"])
        owner = sending["controller_id"]
        if not self.channel.forms or owner is None:
            return None
        named, _ = self.contacts.get(owner)
        address = named.addresses.get(self.channel.name) if named else None
        if address is None or address["id"] != sending["address"]:
            return None
        return self._opened(address["sealed"], sealed_name(owner, self.channel.name))

    def _opened(self, sealed: bytes, name: str) -> str | None:
        try:
            return self.box.open(sealed, name)
        except UnreadableSecretError:
            log.error("address.secret_unreadable", name=name)  # noqa: TRY400  No trace.
            return None
