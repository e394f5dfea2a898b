"""Where each vendor reads answers to mails that go out in its name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

import structlog

from services.notices.clients import Party
from services.notices.model.stored import StoredReplyAddress
from services.notices.store import Stores
from shared.times import Clock

log = structlog.get_logger()

# How long an address counts before identity is asked again.
FRESH = timedelta(minutes=5)


@dataclass(frozen=True)
class ReplyAddresses:
    """``party_of``: what identity says of an organisation. The last address is kept, for no notice
    waits until identity answers."""

    stores: Stores
    party_of: Callable[[str], Party]
    now: Clock

    def of(self, processor_id: str | None) -> str:
        """The address of a vendor; empty while nobody knows it, and for mails of no vendor."""
        if processor_id is None:
            return ""
        kept = self.stores.reply_addresses.find(processor_id)
        if kept and self.now() - kept["asked_at"] < FRESH:
            return kept["email"]
        email = self._asked(processor_id, kept)
        self.stores.reply_addresses.keep(processor_id, email, self.now())
        return email

    def shown(self, processor_id: str | None) -> str:
        """The same for a preview, which keeps nothing."""
        if processor_id is None:
            return ""
        return self._asked(processor_id, self.stores.reply_addresses.find(processor_id))

    def _asked(self, processor_id: str, kept: StoredReplyAddress | None) -> str:
        try:
            return self.party_of(processor_id).reply_to
        except Exception as error:  # noqa: BLE001  No notice may fail for want of this address.
            log.warning("mail.identity", error=type(error).__name__)
            return kept["email"] if kept else ""
