"""How a customer stands to announced changes: what it was told, on which terms, and what follows.

Where an agreement counts from the receipt, its days are counted from the real one, which notices
knows; until it has come they are not known (``shared/decisions/0002-contract-clock.md``).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from services.registry.clients import Bond, Receipt
from services.registry.clock import NoticeDates, dates_from_receipt
from services.registry.clock import NoticeTerms as ClockTerms
from services.registry.model.changes import Change, Group
from services.registry.model.gate import Standing
from services.registry.model.objections import Objection
from services.registry.model.register import Register
from services.registry.use_cases import Deps

Receipts = Mapping[tuple[str, str], Receipt]


@dataclass(frozen=True)
class Told:
    """One agreement whose customer was given notice of a change, and the dates it was told."""

    bond: Bond
    group: Group


@dataclass(frozen=True)
class CustomerDates:
    """The days for one customer; None while they run from a receipt that has not come."""

    objection_deadline: date | None
    begins_on: date | None

    @property
    def provisional(self) -> bool:
        return self.begins_on is None


def told_of(change: Change, bonds: Sequence[Bond]) -> list[Told]:
    """The agreements that were in force when the change was announced, each with its group."""
    keys = ((bond, bond.key_at(change.recipients_version)) for bond in bonds)
    groups = ((bond, change.group(key)) for bond, key in keys if key)
    return [Told(bond, group) for bond, group in groups if group]


def receipts_for(deps: Deps, changes: Sequence[Change], controller_id: str) -> Receipts:
    """The receipts that matter; asked for only where terms count from one."""
    counted = [each.id for each in changes if any(group.provisional for group in each.groups)]
    return deps.notices.receipts(counted, controller_id) if counted else {}


def dates_of(
    register: Register, change: Change, told: Sequence[Told], receipts: Receipts
) -> CustomerDates:
    """The latest of what the customer's agreements say: never to its disadvantage."""
    deadlines, begins = [], []
    for each in told:
        if not each.group.provisional:
            deadlines.append(each.group.objection_deadline)
            begins.append(each.group.earliest_effective_on)
            continue
        receipt = receipts.get((change.id, each.bond.agreement_id))
        dates = _from_receipt(register, each.group, receipt)
        if dates is None:
            return CustomerDates(None, None)
        deadlines.append(dates.objection_deadline)
        begins.append(dates.earliest_effective_on)
    return CustomerDates(max(deadlines, default=None), max(begins, default=change.effective_on))


def standing(
    change: Change,
    bonds: Sequence[Bond],
    dates: CustomerDates,
    objection: Objection | None,
    approved: bool,
) -> Standing:
    """``bonds``: the customer's agreements that concern the entry."""
    told = told_of(change, bonds)
    asks = any(each.group.silence == "refusal" for each in told) or any(
        bond.silence_is_no and change.effective_on > bond.effective_from
        for bond in bonds
        if bond not in [each.bond for each in told]
    )
    if objection and objection.status == "terminated":
        # It has done its work with that agreement; who signs anew takes the register as it stands.
        of_these = objection.agreement_id in [bond.agreement_id for bond in bonds]
        objection = objection if of_these else None
    # On the emergency path there is no notice period; what it is told of then is a fact.
    begins_on = change.effective_on if change.emergency else dates.begins_on
    return Standing(change.effective_on, objection, asks and not approved, begins_on)


def _from_receipt(register: Register, group: Group, receipt: Receipt | None) -> NoticeDates | None:
    at = receipt.by(group.terms["receipt_rule"]) if receipt else None
    if at is None:
        return None
    # A notice of the last minutes of a day counts for the next, even if it arrived before midnight.
    received_on = max(at.astimezone(ZoneInfo(register.time_zone)).date(), group.given_on)
    terms = ClockTerms.parse(group.terms, group.authorisation)
    return dates_from_receipt(terms, group.given_on, received_on)
