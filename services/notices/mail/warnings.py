"""Warnings to customers by e-mail.

``enqueue(kind, to, data, key=…, session=…)`` stores it, in the caller's transaction if there is
one, and once for each ``key``. ``to``: the customer's organisation id; the mail loop looks up its
contacts and language and makes a mail for each. Kinds: ``webhook.disabling_soon`` and
``webhook.disabled``. Data, instants in RFC 3339; what is None or left out is not shown:

    {endpoint_id, url (the one to show), description, failing_since, failures, last_error,
     disables_at}
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from services.notices.channels.email import CHANNEL, contacts_of
from services.notices.letters.words import language_of
from services.notices.model.channels import in_order
from services.notices.model.sendings import WARNING, new_sending, sending_id, to_customer
from services.notices.model.stored import StoredSending
from services.notices.store import Sendings, Stores
from shared.mongo import Session
from shared.times import Clock

KINDS = ("webhook.disabling_soon", "webhook.disabled")


@dataclass(frozen=True)
class Outbox:
    stores: Stores
    now: Clock

    @property
    def _mails(self) -> Sendings:
        return self.stores.sendings[CHANNEL.name]

    def enqueue(
        self,
        kind: str,
        to: str,
        data: Mapping[str, Any],
        *,
        key: str,
        session: Session | None = None,
    ) -> None:
        """Store a warning for the customer ``to``. ``key`` names the occasion, such as
        ``<endpoint>:<since when>:<stage>``. ValueError for an unknown kind."""
        if kind not in KINDS:
            raise ValueError(f"no mail of the kind {kind}")
        row = to_customer(sending_id(CHANNEL.prefix, kind, key), to, kind, data, self.now())
        self._mails.add_once(row, session)

    def addressed(self, row: StoredSending) -> Sequence[StoredSending]:
        """A mail for each contact the customer has named, else of its agreements that are active;
        stored once, however often the step is repeated. None when it has no contact."""
        owner = row["controller_id"] or ""
        active = [it for it in self.stores.recipients.of_controller(owner) if it.is_told]
        named, _ = self.stores.contacts.get(owner)
        agreed = [contact for recipient in active for contact in recipient.contacts]
        addresses = contacts_of(agreed if named is None else named.contacts)
        refused = self.stores.refused.among((None, address.key) for address in addresses)
        language = language_of(next((it.language for it in active if it.language), None))
        mails = [
            new_sending(
                CHANNEL.prefix,
                row["_id"],
                row["kind"],
                address,
                WARNING,
                self.now(),
                controller_id=owner,
                language=language,
                data=row["data"],
            )
            for address in in_order(addresses, refused.get(None, {}))
        ]
        self._mails.add_many(mails)
        return mails
