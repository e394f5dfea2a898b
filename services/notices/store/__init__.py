"""The stores of notices, one per aggregate."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from pymongo import ASCENDING, DESCENDING, IndexModel

from services.notices.channels import BY_ADDRESS
from services.notices.channels.email import CHANNEL as EMAIL
from services.notices.model import stored
from services.notices.model.deliveries import FAILED, HELD, SKIPPED
from services.notices.model.sendings import SUBSCRIBER, VISITOR
from services.notices.model.stored import StoredSending
from services.notices.store.address_alarms import INDEXES as ALARM_INDEXES
from services.notices.store.address_alarms import AddressAlarms
from services.notices.store.ageing import JOB_INDEXES, RECIPIENT_INDEXES, Ageing
from services.notices.store.calendar_links import INDEXES as CALENDAR_INDEXES
from services.notices.store.calendar_links import CalendarLinks
from services.notices.store.contacts import NoticeContacts
from services.notices.store.deliveries import Deliveries
from services.notices.store.delivery_pages import DeliveryPages
from services.notices.store.digests import INDEXES as DIGEST_INDEXES
from services.notices.store.digests import Digests
from services.notices.store.endpoints import Endpoints
from services.notices.store.escalations import INDEXES as ESCALATION_INDEXES
from services.notices.store.escalations import Escalations
from services.notices.store.events import Events
from services.notices.store.jobs import Jobs
from services.notices.store.messages import Messages
from services.notices.store.offers import INDEXES as OFFER_INDEXES
from services.notices.store.offers import Offers
from services.notices.store.parcels import TURNS, Parcels
from services.notices.store.receipts import Receipts
from services.notices.store.recipients import Recipients
from services.notices.store.reply_addresses import ReplyAddressBook
from services.notices.store.sendings import INDEXES as SENDING_INDEXES
from services.notices.store.sendings import REFUSED_INDEXES, RefusedAddresses, Sendings
from services.notices.store.subscribers import INDEXES as SUBSCRIBER_INDEXES
from services.notices.store.subscribers import VISIT_INDEXES, Subscribers
from services.notices.store.vendor_mails import INDEXES as VENDOR_MAIL_INDEXES
from services.notices.store.vendor_mails import MESSAGE_INDEXES as VENDOR_MESSAGE_INDEXES
from services.notices.store.vendor_mails import VendorMails
from services.notices.store.verified import INDEXES as VERIFIED_INDEXES
from services.notices.store.verified import VerifiedAddresses
from shared.mongo import Mongo, Session

__all__ = [
    "INDEXES",
    "AddressAlarms",
    "Ageing",
    "Deliveries",
    "Digests",
    "Endpoints",
    "Escalations",
    "Events",
    "Jobs",
    "Messages",
    "NoticeContacts",
    "Offers",
    "Parcels",
    "Receipts",
    "Recipients",
    "RefusedAddresses",
    "ReplyAddressBook",
    "Sendings",
    "Stores",
    "Subscribers",
    "VerifiedAddresses",
]


@dataclass(frozen=True)
class Stores:
    """Every store of notices; made once per process, and shared by its use cases and engines.
    ``sendings``: of each channel that has no engine of its own, by name."""

    mongo: Mongo
    address_alarms: AddressAlarms
    ageing: Ageing
    calendar_links: CalendarLinks
    contacts: NoticeContacts
    deliveries: Deliveries
    delivery_pages: DeliveryPages
    digests: Digests
    endpoints: Endpoints
    escalations: Escalations
    events: Events
    jobs: Jobs
    messages: Messages
    offers: Offers
    parcels: Parcels
    receipts: Receipts
    recipients: Recipients
    subscribers: Subscribers
    refused: RefusedAddresses
    reply_addresses: ReplyAddressBook
    vendor_mails: VendorMails
    verified: VerifiedAddresses
    sendings: Mapping[str, Sendings]

    def refuse(self, mail: StoredSending, at: datetime, session: Session) -> None:
        """The address has sent this back for good, so nobody is known to read there any more: a
        subscriber is forgotten, of a visitor nothing is kept; any other comes last from now on."""
        self.verified.doubt(mail["address"] or "", session)
        if mail["why"] == SUBSCRIBER:
            self.subscribers.erase_addressee(mail, session)
        elif mail["why"] != VISITOR:
            self.refused.mark(mail, at, session)

    @classmethod
    def of(cls, mongo: Mongo) -> Stores:
        return cls(
            mongo=mongo,
            address_alarms=AddressAlarms(mongo),
            ageing=Ageing(mongo),
            calendar_links=CalendarLinks(mongo),
            contacts=NoticeContacts(mongo),
            deliveries=Deliveries(mongo),
            delivery_pages=DeliveryPages(mongo),
            digests=Digests(mongo),
            endpoints=Endpoints(mongo),
            escalations=Escalations(mongo),
            events=Events(mongo),
            jobs=Jobs(mongo),
            messages=Messages(mongo),
            offers=Offers(mongo),
            parcels=Parcels(mongo),
            receipts=Receipts(mongo),
            recipients=Recipients(mongo),
            subscribers=Subscribers(mongo, EMAIL.collection),
            refused=RefusedAddresses(mongo),
            reply_addresses=ReplyAddressBook(mongo),
            vendor_mails=VendorMails(mongo),
            verified=VerifiedAddresses(mongo),
            sendings={
                channel.name: Sendings(mongo, channel.collection, channel.prefix)
                for channel in BY_ADDRESS
            },
        )


# The document of each collection.
STORED: Mapping[str, type] = {
    **stored.STORED,
    **{channel.collection: stored.StoredSending for channel in BY_ADDRESS},
}
# Rows that wait for something have a due_at and only they are in its index, so that a poll that
# finds nothing due examines nothing, however many rows are finished or wait for tomorrow.
_LIVE = {"due_at": {"$exists": True}}

INDEXES: dict[str, Sequence[IndexModel]] = {
    "recipients": [
        IndexModel([("processor_id", ASCENDING), ("_id", ASCENDING)]),
        IndexModel([("controller_id", ASCENDING)]),
        *RECIPIENT_INDEXES,
    ],
    "endpoints": [IndexModel([("controller_id", ASCENDING), ("_id", ASCENDING)])],
    "events": [
        IndexModel([("change_id", ASCENDING), ("type", ASCENDING)]),
        IndexModel(
            [("changes.id", ASCENDING)], partialFilterExpression={"changes.id": {"$exists": True}}
        ),
    ],
    "jobs": [
        IndexModel([("due_at", ASCENDING)], partialFilterExpression=_LIVE),
        *JOB_INDEXES,
    ],
    "parcels": [IndexModel([("due_at", ASCENDING)]), IndexModel(TURNS)],
    "messages": [
        IndexModel([("controller_id", ASCENDING), ("_id", ASCENDING)]),
        IndexModel([("change_id", ASCENDING), ("agreement_id", ASCENDING)]),
        # Few notices are of several changes, and most messages are not in it.
        IndexModel(
            [("other_change_ids", ASCENDING), ("agreement_id", ASCENDING)],
            partialFilterExpression={"other_change_ids": {"$exists": True}},
        ),
        *ESCALATION_INDEXES,
        *VENDOR_MESSAGE_INDEXES,
    ],
    **{channel.collection: SENDING_INDEXES for channel in BY_ADDRESS},
    "digests": DIGEST_INDEXES,
    "vendor_mails": VENDOR_MAIL_INDEXES,
    "offers": OFFER_INDEXES,
    "bounced_addresses": REFUSED_INDEXES,
    "address_alarms": ALARM_INDEXES,
    "verified_addresses": VERIFIED_INDEXES,
    **CALENDAR_INDEXES,
    "subscribers": SUBSCRIBER_INDEXES,
    "visits": VISIT_INDEXES,
    "deliveries": [
        IndexModel(
            [("lane", ASCENDING), ("due_at", ASCENDING), ("endpoint_id", ASCENDING)],
            partialFilterExpression=_LIVE,
        ),
        IndexModel([("message_id", ASCENDING)]),
        IndexModel([("endpoint_id", ASCENDING), ("_id", DESCENDING)]),
        IndexModel(
            [("state", ASCENDING), ("endpoint_id", ASCENDING), ("_id", DESCENDING)],
            partialFilterExpression={"state": {"$in": [FAILED, HELD, SKIPPED]}},
        ),
    ],
}
