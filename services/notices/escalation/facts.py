"""What a batch of looks needs to know, read once for all of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from services.notices.model.deliveries import QUEUED
from services.notices.model.escalation import EMAIL, Case, Told
from services.notices.model.mails import DELIVERED, Contact, contacts_from
from services.notices.store import Deliveries, Messages, Stores
from shared.documents import Document


@dataclass(frozen=True)
class Customer:
    """Whom an agreement names, and where it wants its messages; nobody for one we do not know."""

    contacts: Sequence[Contact] = ()
    names_email: bool = False
    language: str | None = None


_UNKNOWN = Customer()


@dataclass(frozen=True)
class Around:
    """By message: ``webhooks``, ``mails``, and ``noticed``, the id of the notice it follows. By
    agreement: ``customers``, ``reached`` those who have had some notice by mail, and ``offered``
    those of which an offer waits for its answer."""

    webhooks: Mapping[str, Sequence[str]]
    mails: Mapping[str, Sequence[Document]]
    customers: Mapping[str, Customer]
    withdrawn: frozenset[str]
    noticed: Mapping[str, str]
    reached: frozenset[str]
    offered: frozenset[str]

    def customer(self, row: Document) -> Customer:
        return self.customers.get(row["agreement_id"], _UNKNOWN)

    def case(self, row: Document, email_is_on: bool) -> Case:
        customer = self.customer(row)
        return Case(
            since=row["watched_since"],
            effective_on=row["notice"]["effective_on"],
            acknowledged=row["acknowledged_at"] is not None,
            withdrawn=row["change_id"] in self.withdrawn,
            webhooks=self.webhooks.get(row["_id"], ()),
            mails=self.mails.get(row["_id"], ()),
            contacts=customer.contacts,
            names_email=customer.names_email,
            email_is_on=email_is_on,
        )

    def told(self, row: Document, email_is_on: bool) -> Told:
        """A message that is no notice."""
        customer = self.customer(row)
        return Told(
            kind=row["type"],
            mails=self.mails.get(row["_id"], ()),
            contacts=customer.contacts,
            before=self._before(row, customer.contacts),
            reached_before=row["agreement_id"] in self.reached,
            names_email=customer.names_email,
            by_webhook=row["outcome"] == QUEUED,
            is_open=row["agreement_id"] in self.offered,
            email_is_on=email_is_on,
        )

    def _before(self, row: Document, contacts: Sequence[Contact]) -> Sequence[Contact]:
        """Who was mailed the notice; where the customer has named others since, the first one."""
        mails = self.mails.get(self.noticed.get(row["_id"], ""), ())
        told = {each["address"] for each in mails if each["state"] == DELIVERED}
        return [each for each in contacts if each.key in told] or contacts[: bool(told)]


def read_around(stores: Stores, rows: Sequence[Document]) -> Around:
    """Everything about these messages."""
    notices = [each for each in rows if each["notice"] is not None]
    others = [each for each in rows if each["notice"] is None]
    noticed = _notices_before(stores.messages, others)
    vendors = {each["agreement_id"]: each["processor_id"] for each in rows if each["agreement_id"]}
    agreements = set(vendors)
    offers = stores.offers.many(agreements) if others else {}
    changes = {each["change_id"] for each in notices if each["change_id"]}
    about = [*(each["_id"] for each in rows), *noticed.values()]
    return Around(
        webhooks=_states(stores.deliveries, notices),
        mails=_by_message(stores.mails.of_messages(about)),
        customers=_customers(stores, vendors, offers),
        withdrawn=stores.watches.withdrawn(changes) if changes else frozenset(),
        noticed=noticed,
        reached=stores.mails.reached(each["agreement_id"] for each in others),
        offered=frozenset(offers),
    )


def _customers(
    stores: Stores, vendors: Mapping[str, str], offers: Mapping[str, Document]
) -> dict[str, Customer]:
    """By agreement: the contacts the customer has named, else those of the agreement, else those
    of the offer. ``vendors``: by agreement, whose mails bring them up."""
    recipients = stores.recipients.many(list(vendors))
    owners = {name: it["controller_id"] for name, it in offers.items()}
    owners |= {name: it.owner for name, it in recipients.items()}
    named = stores.contacts.many(owners.values())
    found: dict[str, tuple[Sequence[Mapping[str, Any]], Sequence[str], str | None]] = {
        name: (it["contacts"], it["channels"], it["language"]) for name, it in offers.items()
    }
    for name, it in recipients.items():
        found[name] = (it.contacts, it.channels, it.language)
    for name, (_, channels, language) in found.items():
        if owners[name] in named:
            found[name] = (named[owners[name]], channels, language)
    bounced = stores.mails.bounced(
        (vendors[name], one["email"]) for name, (many, _, _) in found.items() for one in many
    )
    return {
        name: Customer(
            contacts_from(many, bounced.get(vendors[name], {})), EMAIL in channels, language
        )
        for name, (many, channels, language) in found.items()
    }


def _states(deliveries: Deliveries, notices: Sequence[Document]) -> dict[str, list[str]]:
    states: dict[str, list[str]] = defaultdict(list)
    for each in deliveries.of(notices) if notices else ():
        states[each["message_id"]].append(each["state"])
    return states


def _by_message(rows: Iterable[Document]) -> dict[str, list[Document]]:
    found: dict[str, list[Document]] = defaultdict(list)
    for each in rows:
        found[each["message_id"]].append(each)
    return found


def _notices_before(messages: Messages, rows: Sequence[Document]) -> dict[str, str]:
    """By message about a change: the id of the notice of it that its customer was given."""
    agreements: dict[str, list[str]] = defaultdict(list)
    for row in rows:
        if row["change_id"] and row["agreement_id"]:
            agreements[row["change_id"]].append(row["agreement_id"])
    notices = {
        (change, each["agreement_id"]): each["_id"]
        for change, told in agreements.items()
        for each in messages.notices_for(change, told)
    }
    about = {row["_id"]: (row["change_id"], row["agreement_id"]) for row in rows}
    return {row: notices[key] for row, key in about.items() if key in notices}
