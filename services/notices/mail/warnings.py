"""Warnings to the owners of endpoints by e-mail.

``enqueue(kind, to, data, key=…, session=…)`` stores it, in the caller's transaction if there is
one, and once for each ``key``. ``to``: the owner of the endpoint; the mail loop looks up its
contacts and language and makes a mail for each. Kinds: ``webhook.disabling_soon``,
``webhook.disabled`` and ``webhook.recovered``. Data, instants in RFC 3339; what is None or left
out is not shown:

    {endpoint_id, path (of the API), url (the one to show), description, failing_since, failures,
     last_error, disables_at}
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from services.notices.channels.email import CHANNEL
from services.notices.clients import Party
from services.notices.letters.words import language_of
from services.notices.mail.contacts import mails_to
from services.notices.model.contacts import contacts_in_general
from services.notices.model.owners import is_vendor, organisation_of
from services.notices.model.sendings import WARNING, sending_id, to_customer
from services.notices.model.stored import StoredSending
from services.notices.store import Sendings, Stores
from shared.errors import Unavailable
from shared.mongo import Session
from shared.times import Clock

KINDS = ("webhook.disabling_soon", "webhook.disabled", "webhook.recovered")


@dataclass(frozen=True)
class Outbox:
    stores: Stores
    now: Clock
    party_of: Callable[[str], Party | None]

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
        """Store a warning for the owner ``to``. ``key`` names the occasion, such as
        ``<endpoint>:<since when>:<stage>``. ValueError for an unknown kind."""
        if kind not in KINDS:
            raise ValueError(f"no mail of the kind {kind}")
        row = to_customer(sending_id(CHANNEL.prefix, kind, key), to, kind, data, self.now())
        self._mails.add_once(row, session)

    def addressed(self, row: StoredSending) -> Sequence[StoredSending]:
        """A mail for each contact of the owner; stored once, however often the step is repeated.
        None when it has no contact."""
        owner = row["controller_id"] or ""
        party = self._vendor(owner) if is_vendor(owner) else self._customer(owner)
        mails = mails_to(
            self.stores,
            replace(party, language=language_of(party.language)),
            row["_id"],
            row["kind"],
            WARNING,
            self.now(),
            controller_id=owner,
            data=row["data"],
        )
        self._mails.add_many(mails)
        return mails

    def _vendor(self, owner: str) -> Party:
        """Raises ``Unavailable`` while nobody can say: the loop tries again."""
        party = self.party_of(organisation_of(owner))
        if party is None:
            raise Unavailable("The vendor's contacts are not known at this moment.")
        return party

    def _customer(self, owner: str) -> Party:
        """Its contacts, and the language of an agreement of its that binds."""
        agreements = self.stores.recipients.of_controller(owner)
        named, _ = self.stores.contacts.get(owner)
        language = next((it.language for it in agreements if it.is_told and it.language), None)
        return Party(tuple(contacts_in_general(named, agreements)), language)
