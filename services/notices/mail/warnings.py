"""Warnings to customers by e-mail: whoever has one to give leaves it here.

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

from services.notices.channels.email.words import language_of
from services.notices.model.mails import WARNING, contacts_from, new_mail, to_customer
from services.notices.store import NoticeContacts, Recipients
from services.notices.store.mails import Mails
from shared.documents import Document
from shared.ids import derived_id
from shared.mongo import Session
from shared.times import Clock

KINDS = ("webhook.disabling_soon", "webhook.disabled")


@dataclass(frozen=True)
class Outbox:
    mails: Mails
    contacts: NoticeContacts
    recipients: Recipients
    now: Clock

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
        row = to_customer(derived_id("mai", kind, key), to, kind, data, self.now())
        self.mails.add_once(row, session)

    def addressed(self, row: Document) -> Sequence[Document]:
        """A mail for each contact the customer has named, else of its agreements that are active;
        stored once, however often the step is repeated. None when it has no contact."""
        owner = row["controller_id"]
        active = [
            each for each in self.recipients.of_controller(owner) if each.until_version is None
        ]
        named, _ = self.contacts.get(owner)
        found = [one for each in active for one in each.contacts] if named is None else named
        bounced = self.mails.bounced((None, one["email"]) for one in found)
        language = language_of(next((each.language for each in active if each.language), None))
        mails = [
            new_mail(
                row["_id"], row["kind"], contact, WARNING, self.now(),
                controller_id=owner, language=language, data=row["data"],
            )
            for contact in contacts_from(found, bounced.get(None, {}))
        ]  # fmt: skip
        self.mails.add_many(mails)
        return mails
