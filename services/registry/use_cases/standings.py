"""How a customer stands to announced changes: what it was told, on which terms, and what follows.

Its days are counted from what its agreement says, as it really happened: the notice was sent,
delivered or acknowledged, which notices knows. Until then they are not known, and the day of the
announcement stands for none of them (``shared/decisions/0018-sent.md``).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TypeVar

from services.registry.clients import Bond, Receipt
from services.registry.clock import RECEIPT_RULES, dates_counted_from, local_day
from services.registry.clock import NoticeTerms as ClockTerms
from services.registry.model.changes import Change, Group
from services.registry.model.gate import Standing
from services.registry.model.objections import Objection
from services.registry.model.register import Register
from services.registry.wiring import Deps

T = TypeVar("T", date, datetime)
Receipts = Mapping[tuple[str, str], Receipt]


@dataclass(frozen=True)
class OwedNotice:
    """One agreement whose customer is owed notice of a change, and the dates it was meant to be."""

    bond: Bond
    group: Group


@dataclass(frozen=True)
class CustomerDates:
    """The days for one customer. ``given_on``: the day its notice was sent, ``given_at`` when.

    ``lacks``: what its days run from and has not happened, ``sent``, ``delivered`` or
    ``acknowledged``; then they are None.
    """

    objection_deadline: date | None
    begins_on: date | None
    given_at: datetime | None = None
    given_on: date | None = None
    lacks: str | None = None

    @property
    def provisional(self) -> bool:
        return self.begins_on is None


def owed_notices(change: Change, bonds: Sequence[Bond]) -> list[OwedNotice]:
    """The agreements that were in force when the change was announced, each with its group."""
    keys = ((bond, bond.key_at(change.recipients_version)) for bond in bonds)
    groups = ((bond, change.group(key)) for bond, key in keys if key)
    return [OwedNotice(bond, group) for bond, group in groups if group]


def receipts_for(deps: Deps, changes: Iterable[Change], bonds: Sequence[Bond]) -> Receipts:
    """What became of the notices of these changes that were owed under these agreements; nothing
    is asked where none was."""
    owed = {change.id: owed_notices(change, bonds) for change in changes}
    change_ids = [name for name, notices in owed.items() if notices]
    agreements = {one.bond.agreement_id for notices in owed.values() for one in notices}
    return deps.notices.receipts(change_ids, sorted(agreements)) if change_ids else {}


def dates_of(
    register: Register, change: Change, owed: Sequence[OwedNotice], receipts: Receipts
) -> CustomerDates:
    """The latest of what the customer's agreements say: never to its disadvantage."""
    if not owed:
        return CustomerDates(None, change.effective_on)
    by_notice = [
        _dates(register, notice.group, receipts.get((change.id, notice.bond.agreement_id)))
        for notice in owed
    ]
    given_at = _latest([dates.given_at for dates in by_notice])
    given_on = _latest([dates.given_on for dates in by_notice])
    lacking = {dates.lacks for dates in by_notice}
    first = next((rule for rule in RECEIPT_RULES if rule in lacking), None)
    if first:
        return CustomerDates(None, None, given_at, given_on, first)
    deadline = _latest([dates.objection_deadline for dates in by_notice])
    return CustomerDates(
        deadline, _latest([dates.begins_on for dates in by_notice]), given_at, given_on
    )


def standing(
    change: Change,
    bonds: Sequence[Bond],
    dates: CustomerDates,
    objection: Objection | None,
    approved: bool,
) -> Standing:
    """``bonds``: the customer's agreements that concern the entry."""
    owed = owed_notices(change, bonds)
    asks = any(notice.group.silence == "refusal" for notice in owed) or any(
        bond.silence_is_no and change.effective_on > bond.effective_from
        for bond in bonds
        if bond not in [notice.bond for notice in owed]
    )
    if objection and objection.status == "terminated":
        # It has done its work with that agreement; who signs anew takes the register as it stands.
        of_these = objection.agreement_id in [bond.agreement_id for bond in bonds]
        objection = objection if of_these else None
    waits = asks and not approved
    if change.emergency:
        # There is no notice period on this path; what the customer is told of is a fact by then.
        return Standing(change.effective_on, objection, waits, change.effective_on)
    return Standing(change.effective_on, objection, waits, dates.begins_on, dates.lacks)


def _dates(register: Register, group: Group, receipt: Receipt | None) -> CustomerDates:
    """The days by one agreement, from the real day of what it counts from."""

    def day_of(at: datetime) -> date:
        # A notice of the last minutes of a day is dated on the next, even if it left before.
        return max(local_day(at, register.time_zone), group.given_on)

    sent_at = receipt.by("sent") if receipt else None
    if receipt is None or sent_at is None:
        return CustomerDates(None, None, lacks="sent")
    rule = group.terms["receipt_rule"]
    counted = receipt.by(rule)
    if counted is None:
        return CustomerDates(None, None, sent_at, day_of(sent_at), rule)
    terms = ClockTerms.parse(group.terms, group.authorisation)
    dates = dates_counted_from(terms, group.given_on, day_of(counted))
    return CustomerDates(
        dates.objection_deadline, dates.earliest_effective_on, sent_at, day_of(sent_at)
    )


def _latest(values: Sequence[T | None]) -> T | None:
    """None as long as one of them is not known."""
    known = [value for value in values if value is not None]
    return max(known) if len(known) == len(values) and known else None
