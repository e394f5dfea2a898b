"""Warnings to customers by e-mail: whoever has one to give leaves it here.

``Mails.add(id, controller_id, kind, data, at, session)`` stores it, inside the caller's transaction
if there is one, and once per id. The mail loop looks up the customer's contacts and language and
makes a mail for each. Kinds: ``webhook.failing`` (staged, before disabling), ``webhook.disabled``,
``webhook.blocked``. Data, all text or None, instants in RFC 3339; what is left out is not shown:

    {endpoint_id, url (the one to show), description, failures, failing_since, disabled_from,
     reason: gone | failing | blocked_address}
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from services.notices.channels.email.words import language_of
from services.notices.model.mails import WARNING, contacts_from, new_mail
from services.notices.store import NoticeContacts, Recipients
from services.notices.store.mails import Mails
from shared.mongo import Document
from shared.times import Clock

KINDS = ("webhook.failing", "webhook.disabled", "webhook.blocked")


@dataclass(frozen=True)
class Outbox:
    mails: Mails
    contacts: NoticeContacts
    recipients: Recipients
    now: Clock

    def addressed(self, row: Document) -> Sequence[Document]:
        """A mail for each contact the customer has named, else of its agreements that are active;
        stored once, however often the step is repeated. None when it has no contact."""
        owner = row["controller_id"]
        active = [
            each for each in self.recipients.of_controller(owner) if each.until_version is None
        ]
        named, _ = self.contacts.get(owner)
        found = [one for each in active for one in each.contacts] if named is None else named
        bounced = self.mails.bounced(one["email"] for one in found)
        language = language_of(next((each.language for each in active if each.language), None))
        mails = [
            new_mail(
                row["_id"], row["kind"], contact, WARNING, self.now(),
                controller_id=owner, language=language, data=row["data"],
            )
            for contact in contacts_from(found, bounced)
        ]  # fmt: skip
        self.mails.add_many(mails)
        return mails
