"""What each collection of notices holds. A contract test compares it with what is stored.

Members that come from a dataclass of the model are described there; ``id`` is stored as ``_id``.
Rows that wait have a ``due_at``, and a ``claim`` while a process works on them. Some stored names
are older than the words used in the code: ``told``, ``look_at``, ``mailed``.
"""

from __future__ import annotations

from collections.abc import Mapping

from services.notices.model.stored.calendar_links import StoredCalendarLink
from services.notices.model.stored.deliveries import (
    AttemptNumber,
    ClaimedDelivery,
    StoredAttempt,
    StoredDelivery,
    StoredParcel,
    StoredRefusal,
    StoredSending,
    StoredSendingAttempt,
)
from services.notices.model.stored.endpoints import (
    StoredEndpoint,
    StoredHealth,
    StoredSecret,
    StoredTurns,
)
from services.notices.model.stored.messages import (
    NoticeMembers,
    StoredEvent,
    StoredJob,
    StoredMessage,
    StoredNotice,
    as_notice,
    changes_of,
)
from services.notices.model.stored.recipients import (
    StoredAddress,
    StoredContacts,
    StoredOffer,
    StoredPeriod,
    StoredRecipient,
    StoredVerified,
    StoredWatermark,
)
from services.notices.model.stored.subscribers import (
    StoredAsked,
    StoredSubscriber,
    StoredVisits,
    StoredWish,
)
from services.notices.model.stored.vendors import (
    StoredAddressAlarm,
    StoredDigest,
    StoredReplyAddress,
    StoredVendorMail,
)

# The collections of channels that share ``StoredSending`` are added in ``store``.
STORED: Mapping[str, type] = {
    "messages": StoredMessage,
    "deliveries": StoredDelivery,
    "parcels": StoredParcel,
    "bounced_addresses": StoredRefusal,
    "events": StoredEvent,
    "jobs": StoredJob,
    "endpoints": StoredEndpoint,
    "endpoint_counts": StoredTurns,
    "recipients": StoredRecipient,
    "watermarks": StoredWatermark,
    "notice_contacts": StoredContacts,
    "verified_addresses": StoredVerified,
    "offers": StoredOffer,
    "digests": StoredDigest,
    "vendor_mails": StoredVendorMail,
    "reply_addresses": StoredReplyAddress,
    "address_alarms": StoredAddressAlarm,
    "calendar_links": StoredCalendarLink,
    "subscribers": StoredSubscriber,
    "visits": StoredVisits,
}

__all__ = [
    "STORED",
    "AttemptNumber",
    "ClaimedDelivery",
    "NoticeMembers",
    "StoredAddress",
    "StoredAddressAlarm",
    "StoredAsked",
    "StoredAttempt",
    "StoredCalendarLink",
    "StoredContacts",
    "StoredDelivery",
    "StoredDigest",
    "StoredEndpoint",
    "StoredEvent",
    "StoredHealth",
    "StoredJob",
    "StoredMessage",
    "StoredNotice",
    "StoredOffer",
    "StoredParcel",
    "StoredPeriod",
    "StoredRecipient",
    "StoredRefusal",
    "StoredReplyAddress",
    "StoredSecret",
    "StoredSending",
    "StoredSendingAttempt",
    "StoredSubscriber",
    "StoredTurns",
    "StoredVendorMail",
    "StoredVerified",
    "StoredVisits",
    "StoredWatermark",
    "StoredWish",
    "as_notice",
    "changes_of",
]
