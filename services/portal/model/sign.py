"""What the page of an agreement says is so, and what may be done there: of an offered version, or
of one that its vendor has recorded as signed elsewhere."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from shared.mailboxes import address_of, domain_of

ACCEPT, REFUSE = "accept", "refuse"
# Of what was signed on paper: upload it, or answer what the vendor has uploaded.
UPLOAD, CONFIRM_PAPER, REFUSE_PAPER = "upload_paper", "confirm_paper", "refuse_paper"
PROPOSE = "propose"
ACTS = (ACCEPT, REFUSE)
CONFIRM, DECLINE = "confirm", "decline"
OPEN, NAMED, WAITING = "open", "named", "waiting"
TO_BE_CONFIRMED = "to_be_confirmed"


@dataclass(frozen=True)
class Offered:
    """``version``: of the link; ``latest``: the newest there is; ``on_offer``: the one that waits
    for acceptances, None: none. ``accepted``: the parties that have accepted the link's version.
    ``refused_by``: the party that turned it down. ``link``: the state of the link. ``vendors``: the
    mail went to the vendor itself, which cannot sign for its customer. ``paper``: the party that
    says that the version was signed on paper, while the other has not answered."""

    version: int
    latest: int
    on_offer: int | None
    accepted: frozenset[str] = frozenset()
    refused_by: str | None = None
    link: str = OPEN
    vendors: bool = False
    paper: str | None = None


def state_of(it: Offered) -> str:
    """``open``, or why it can be neither accepted nor refused by this link: a key of the catalogue
    (``sign.state.…``)."""
    if it.accepted >= {"controller", "processor"}:
        return "executed"
    if it.refused_by:
        return "refused" if it.refused_by == "controller" else "withdrawn"
    if it.latest > it.version:
        return "superseded"
    if it.on_offer != it.version:
        return "lapsed"
    if "controller" in it.accepted:
        return WAITING
    return "vendors" if it.vendors else it.link


def acts_open(it: Offered) -> tuple[str, ...]:
    state = state_of(it)
    accepting = ACTS if state == OPEN else ()
    if it.paper == "processor" and state in (OPEN, WAITING):
        return (CONFIRM_PAPER, REFUSE_PAPER, *accepting)
    return (*accepting, PROPOSE, UPLOAD) if accepting else ()


@dataclass(frozen=True)
class Recorded:
    """``status``: of the agreement. ``confirmed``: its customer has. ``refused_by``, ``link``,
    ``vendors``: as in ``Offered``. ``customers``: the mailbox may speak for the organisation that
    would be bound, not just for a slug that the vendor has written."""

    status: str
    confirmed: bool = False
    refused_by: str | None = None
    link: str = OPEN
    vendors: bool = False
    customers: bool = True


def state_of_recorded(it: Recorded) -> str:
    """``open``, or why it cannot be confirmed by this link: a key of the catalogue
    (``confirm.state.…``)."""
    if it.confirmed:
        return "confirmed"
    if it.refused_by:
        return "declined" if it.refused_by == "controller" else "withdrawn"
    if it.status != TO_BE_CONFIRMED:
        return "over"
    if it.vendors or it.link != OPEN:
        return "vendors" if it.vendors else it.link
    return OPEN if it.customers else NAMED


def acts_on_recorded(it: Recorded) -> tuple[str, ...]:
    """Declining binds nobody, so a mailbox that the vendor has named may do it."""
    return {OPEN: (CONFIRM, DECLINE), NAMED: (DECLINE,)}.get(state_of_recorded(it), ())


def is_vendors(contact: str, vendor: Iterable[str], customer: Iterable[str]) -> bool:
    """Whether a mailbox is the vendor's by its address, or by a domain that the customer has no
    mailbox in: the vendor itself has entered the contacts of an offer."""
    own = {address_of(address) for address in vendor}
    domains = {domain_of(address) for address in own} - {domain_of(each) for each in customer}
    return address_of(contact) in own or domain_of(contact) in domains
