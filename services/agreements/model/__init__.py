"""The agreement: its versions, who accepted what, and every step of its life.

    draft -> offered -> active -> terminated
                |          '---> expired     (its last day passed)
                |-> rejected    (an amendment rejected or lapsed leaves the agreement active)
                '-> expired

    to_be_confirmed -> active           (signed elsewhere; its customer confirms it)
                   |-> rejected         (or declines)
                   '-> expired

Every step is a pure function from one agreement to the next.
"""

from __future__ import annotations

from services.agreements.model.agreement import (
    ENDED,
    PARTIES,
    STATUSES,
    TO_BE_CONFIRMED,
    Acceptance,
    Agreement,
    Claim,
    Due,
    Offer,
    Proof,
    Refusal,
    Scheduled,
    SignedFile,
    Since,
    Version,
)
from services.agreements.model.calendar import due_by, passed
from services.agreements.model.life import (
    accepted,
    amended,
    check_amendable,
    check_to_be_confirmed,
    claim_of,
    closed,
    confirmed,
    declined,
    drafted,
    imported,
    offer_to_accept,
    offered,
    proven,
    recorded,
    rejected,
    terminated,
    to_be_confirmed,
)
from services.agreements.model.tally import REPEATS, Share, moved, share_of, tally

__all__ = [
    "ENDED", "PARTIES", "REPEATS", "STATUSES", "TO_BE_CONFIRMED",
    "Acceptance", "Agreement", "Claim", "Due", "Offer",
    "Proof", "Refusal", "Scheduled", "Share", "SignedFile", "Since", "Version", "accepted",
    "amended",
    "check_amendable", "check_to_be_confirmed", "claim_of", "closed", "confirmed", "declined",
    "drafted", "due_by", "imported", "moved",
    "offer_to_accept", "offered", "passed", "proven", "recorded", "rejected", "share_of", "tally",
    "terminated", "to_be_confirmed",
]  # fmt: skip
