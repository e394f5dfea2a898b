"""Event types of the streams ``agreement:<id>`` and ``roll_out:<id>``, in the past tense."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

DRAFTED = "agreement.drafted"
OFFERED = "agreement.offered"
ACCEPTED = "agreement.accepted"
REJECTED = "agreement.rejected"
# Both have accepted: it binds, and its customer is owed notice of changes from now on.
ACTIVATED = "agreement.activated"
# The first day has come, of one that was accepted before it.
IN_FORCE = "agreement.in_force"
AMENDED = "agreement.amended"
# Written on the day of the end: up to then the customer is owed notice of changes.
TERMINATED = "agreement.terminated"
TERMINATION_SCHEDULED = "agreement.termination_scheduled"
# An agreement that never came into force, and an amendment that did not.
EXPIRED = "agreement.expired"
AMENDMENT_LAPSED = "agreement.amendment_lapsed"

# An amendment that both have accepted and that begins on a day to come.
AMENDMENT_SCHEDULED = "agreement.amendment_scheduled"
# A version was signed on paper, says the one side; the other has to confirm it.
PAPER_UPLOADED = "agreement.paper_uploaded"
PAPER_REFUSED = "agreement.paper_refused"
# A customer proposes other terms, or comments; its processor accepts, answers or declines.
PROPOSAL_MADE = "agreement.proposal_made"
PROPOSAL_ANSWERED = "agreement.proposal_answered"
# Who was offered the new version of a roll-out has not answered yet.
REMINDED = "agreement.reminded"
RENEWAL_DUE = "agreement.renewal_due"
DELETION_OVERDUE = "agreement.deletion_overdue"
DELETION_PROVEN = "agreement.deletion_proven"
# A signed agreement taken over. ``agreement.activated`` follows it where the two deal with each
# other already, else ``agreement.to_be_confirmed``; and that one follows ``agreement.confirmed``.
IMPORTED = "agreement.imported"
# It waits for its customer to confirm it; up to then only its processor's notice days count it.
TO_BE_CONFIRMED = "agreement.to_be_confirmed"
CONFIRMED = "agreement.confirmed"
DECLINED = "agreement.declined"
# The last entry of a stream: nothing but hashes is left of the agreement.
ERASED = "agreement.erased"

# Of the stream ``roll_out:<id>``: nothing more is waited for, or it was stopped.
ROLL_OUT_OVER = "roll_out.over"

# Notices keeps its recipients by these, so each moves the processor's watermark (0007).
MOVING = frozenset({
    ACTIVATED, AMENDED, TERMINATED, EXPIRED, TO_BE_CONFIRMED, DECLINED,
    AMENDMENT_SCHEDULED, TERMINATION_SCHEDULED,
})  # fmt: skip
# These can change the products or days that the agreement claims.
CLAIMING = MOVING | {IN_FORCE}


@dataclass(frozen=True)
class Event:
    """``data`` is public to all parties; ``private`` holds persons and free text."""

    type: str
    data: Mapping[str, Any]
    private: Mapping[str, Any]


def roll_out_stream(roll_out_id: str) -> str:
    return f"roll_out:{roll_out_id}"


def stream(agreement_id: str) -> str:
    return f"agreement:{agreement_id}"
