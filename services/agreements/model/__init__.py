"""The agreement: its versions, who accepted what, and every step of its life.

    draft -> offered -> active -> terminated
                |          '---> expired     (its last day passed)
                |-> rejected    (an amendment rejected or lapsed leaves the agreement active)
                '-> expired

Every step is a pure function from one agreement to the next.
"""

from __future__ import annotations

from services.agreements.model.agreement import (
    ENDED,
    PARTIES,
    STATUSES,
    Acceptance,
    Agreement,
    Claim,
    Due,
    Offer,
    Proof,
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
    claim_of,
    closed,
    drafted,
    imported,
    offer_to_accept,
    offered,
    proven,
    recorded,
    rejected,
    terminated,
)
from services.agreements.model.tally import REPEATS, Share, moved, share_of, tally

__all__ = [
    "ENDED", "PARTIES", "REPEATS", "STATUSES", "Acceptance", "Agreement", "Claim", "Due", "Offer",
    "Proof", "Scheduled", "Share", "SignedFile", "Since", "Version", "accepted", "amended",
    "check_amendable", "claim_of", "closed", "drafted", "due_by", "imported", "moved",
    "offer_to_accept", "offered", "passed", "proven", "recorded", "rejected", "share_of", "tally",
    "terminated",
]  # fmt: skip
