"""What a customer may answer to a change today: one rule for the portal and for links in mails.

Each answer that is listed here is one that the registry takes now; it decides again when it comes.
"""

from __future__ import annotations

from dataclasses import dataclass

from services.registry.model.objections import OPEN, STEPS

OBJECT, APPROVE = "object", "approve"
ACCEPT_OFFER, DECLINE_OFFER, WITHDRAW = "accept_offer", "decline_offer", "withdraw"
ANSWERS = (OBJECT, APPROVE, ACCEPT_OFFER, DECLINE_OFFER, WITHDRAW)
# Whoever objects, or is left out, takes that back before it approves.
_AGAINST = (*OPEN, "rejected", "excluded", "terminated")


@dataclass(frozen=True)
class Position:
    """What decides it. ``bound``: an agreement binds the customer and the processor. ``window``:
    the code of the refusal that an objection would meet, None for none. ``asks``: the customer's
    silence is no. ``objection``: the status of its objection. ``offer_open``: the day to answer an
    offer by has not passed."""

    withdrawn: bool = False
    bound: bool = True
    window: str | None = None
    asks: bool = False
    approved: bool = False
    objection: str | None = None
    offer_open: bool = False


def answers_open(it: Position) -> tuple[str, ...]:
    """The answers that the customer may give now, in the order of ``ANSWERS``."""
    if it.withdrawn or not it.bound:
        return ()
    may = {
        OBJECT: it.objection is None and it.window is None,
        APPROVE: it.asks and not it.approved and it.objection not in _AGAINST,
        ACCEPT_OFFER: it.objection == "mitigation_offered" and it.offer_open,
        DECLINE_OFFER: it.objection == "mitigation_offered" and it.offer_open,
        WITHDRAW: it.objection in STEPS["withdrawn"],
    }
    return tuple(answer for answer in ANSWERS if may[answer])
