"""One customer's position on announced changes: the notices it is owed, and its own days.

Its days run from what its agreement names: that the notice was really sent, delivered or
acknowledged. Until that has happened they are unknown; the day of the announcement does not stand
in for it (``shared/decisions/0018-sent.md``).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import TypeVar

from services.registry.clients import Bond, Receipt
from services.registry.clock import (
    INFORMATION,
    NOTICE,
    RECEIPT_RULES,
    Span,
    Starts,
    Step,
    Zones,
    dates_counted_from,
    deemed_day,
    ending_day,
    information_dates,
    objection_deadline,
    starting_day,
    zones_of,
)
from services.registry.clock import NoticeTerms as ClockTerms
from services.registry.model.changes import Change, Group
from services.registry.model.gate import Standing
from services.registry.model.objections import (
    AcceptedWithAgreement,
    NotNotified,
    Objection,
    ObjectionWindowClosed,
    OnlyInformed,
    check_in_time,
)
from services.registry.model.register import Register
from services.registry.wiring import Deps
from shared.scope import Cover

T = TypeVar("T", date, datetime)
Receipts = Mapping[tuple[str, str], Receipt]


@dataclass(frozen=True)
class OwedNotice:
    """An agreement whose customer is owed notice of a change, and its terms group at that time."""

    bond: Bond
    group: Group


@dataclass(frozen=True)
class CustomerDates:
    """The days of one customer. ``given_at`` is when its notice was sent, ``given_on`` the day.

    ``lacks`` names what its days run from and has not happened: ``sent``, ``delivered`` or
    ``acknowledged``. ``begins_on`` is None then; ``objection_deadline`` too, unless that period
    runs from something else, which has happened. A deadline of None leaves the window open.
    """

    objection_deadline: date | None
    begins_on: date | None
    given_at: datetime | None = None
    given_on: date | None = None
    lacks: str | None = None
    owes: str = NOTICE

    @property
    def provisional(self) -> bool:
        return self.begins_on is None


def owed_notices(change: Change, bonds: Sequence[Bond]) -> list[OwedNotice]:
    """The agreements that were binding when the change was announced and that it concerned, each
    with its terms group."""
    version = change.recipients_version
    concerned = (bond for bond in bonds if _concerns(change, bond.cover_at(version), bond))
    keys = ((bond, bond.key_at(version)) for bond in concerned)
    groups = ((bond, change.group(key)) for bond, key in keys if key)
    return [OwedNotice(bond, group) for bond, group in groups if group]


def is_only_informed(change: Change, bonds: Sequence[Bond]) -> bool:
    """Whether the change owes the customer of these agreements information only.

    An agreement that is later than the announcement is owed what the change owes all others.
    """
    owed = owed_notices(change, bonds)
    if any(notice.group.owes != INFORMATION for notice in owed):
        return False
    return change.owes == INFORMATION or (bool(owed) and not unaware_of(change, bonds))


def concerned_by(change: Change, bonds: Sequence[Bond]) -> list[Bond]:
    """The agreements that the change concerned when it was announced, or concerns by now.

    Who was excluded then counts, too: it is by its objection that the gate judges it.
    """
    version = change.recipients_version
    return [
        bond
        for bond in bonds
        if _concerns(change, bond.cover) or _concerns(change, bond.cover_at(version))
    ]


def _concerns(change: Change, cover: Cover, bond: Bond | None = None) -> bool:
    customer_id = bond.customer_id if bond else None
    return change.scope is None or change.scope.concerns(cover, customer_id)


def receipts_for(deps: Deps, changes: Iterable[Change], bonds: Sequence[Bond]) -> Receipts:
    """Receipts of the notices that these agreements are owed of these changes.

    If none is owed, `notices` is not queried.
    """
    owed = {change.id: owed_notices(change, bonds) for change in changes}
    change_ids = [name for name, notices in owed.items() if notices]
    agreements = {one.bond.agreement_id for notices in owed.values() for one in notices}
    return deps.notices.receipts(change_ids, sorted(agreements)) if change_ids else {}


def dates_of(
    register: Register, change: Change, owed: Sequence[OwedNotice], receipts: Receipts
) -> CustomerDates:
    """The latest days that the customer's agreements give, so never to its disadvantage."""
    if not owed:
        return CustomerDates(None, change.effective_on, owes=change.owes or NOTICE)
    by_notice = [
        _dates(register, change, notice.group, receipts.get((change.id, notice.bond.agreement_id)))
        for notice in _strictest(owed)
    ]
    given_at = _latest([dates.given_at for dates in by_notice])
    given_on = _latest([dates.given_on for dates in by_notice])
    lacking = {dates.lacks for dates in by_notice}
    lacks = next((rule for rule in RECEIPT_RULES if rule in lacking), None)
    deadline = _latest([dates.objection_deadline for dates in by_notice])
    begins_on = _latest([dates.begins_on for dates in by_notice])
    owes = by_notice[0].owes
    return CustomerDates(deadline, begins_on, given_at, given_on, lacks, owes)


def _strictest(owed: Sequence[OwedNotice]) -> Sequence[OwedNotice]:
    """Those that owe notice; where none does, those that inform."""
    return [notice for notice in owed if notice.group.owes != INFORMATION] or owed


def standing(
    change: Change,
    bonds: Sequence[Bond],
    dates: CustomerDates,
    objection: Objection | None,
    approved: bool,
) -> Standing:
    """The customer's position on a change. ``bonds``: its agreements that concern the entry."""
    owed = owed_notices(change, bonds)
    unaware = unaware_of(change, bonds)
    asks = any(notice.group.silence == "refusal" for notice in owed) or any(
        bond.silence_is_no for bond in unaware
    )
    if objection and objection.status == "terminated":
        # It ended its agreement; under a new one the customer takes the register as it stands.
        of_these = objection.agreement_id in [bond.agreement_id for bond in bonds]
        objection = objection if of_these else None
    # Whoever has a notice, or accepted it once, knows of the change under all its agreements.
    accepted = is_accepted(change, bonds)
    untold = bool(unaware) and not (owed or accepted or approved)
    return Standing(
        effective_on=change.effective_on,
        objection=objection,
        awaits_approval=asks and not approved,
        begins_on=None if untold else dates.begins_on,
        lacks="listed" if untold else dates.lacks,
        known_by="notice" if owed else "agreement" if accepted else "approval",
        emergency=change.emergency is not None,
    )


def check_may_object(
    register: Register,
    change: Change,
    bonds: Sequence[Bond],
    receipts: Receipts,
    now: datetime,
    said_on: date | None = None,
) -> None:
    """Whether the customer of these agreements may object to the change now, or was free to on the
    day ``said_on`` on which its letter came.

    Raises ``OnlyInformed``, ``NotNotified``, ``AcceptedWithAgreement`` or
    ``ObjectionWindowClosed``.
    """
    owed = owed_notices(change, bonds)
    if is_only_informed(change, bonds):
        raise OnlyInformed
    if not owed:
        binding = [bond for bond in bonds if bond.ended_on is None]
        raise AcceptedWithAgreement if is_accepted(change, binding) else NotNotified
    if change.status == "withdrawn":
        raise ObjectionWindowClosed("The change is withdrawn.")
    deadline = dates_of(register, change, owed, receipts).objection_deadline
    if deadline is not None:
        check_in_time(said_on or customers_day(register, now, owed), deadline)


def is_accepted(change: Change, bonds: Sequence[Bond]) -> bool:
    """Whether the list of one of these agreements was accepted with the change."""
    return any(bond.accepted(change.id, change.effective_on) for bond in bonds)


def unaware_of(change: Change, bonds: Sequence[Bond]) -> list[Bond]:
    """The agreements whose customers were not told of the change, and did not accept it: they began
    to bind, or to cover its products, after the announcement."""
    told = [notice.bond for notice in owed_notices(change, bonds)]
    return [bond for bond in bonds if bond not in told and not is_accepted(change, [bond])]


def customers_day(register: Register, now: datetime, owed: Iterable[OwedNotice]) -> date:
    """Today, where the last day of a customer's period is concerned: the earliest day that it is in
    a place that counts, so that no customer loses the hours of another zone."""
    groups = (notice.group for notice in owed)
    days = (ending_day(now, zones_of(group.terms, register.time_zone)) for group in groups)
    return min(days, default=ending_day(now, (register.time_zone,)))


def customers_latest_day(register: Register, now: datetime, owed: Iterable[OwedNotice]) -> date:
    """The latest day that it is in a place that counts for the customer: a period that starts now
    is counted from it."""
    groups = (notice.group for notice in owed)
    days = (starting_day(now, zones_of(group.terms, register.time_zone)) for group in groups)
    return max(days, default=starting_day(now, (register.time_zone,)))


def terms_for(change: Change, group: Group) -> ClockTerms:
    """The terms of a group, as far as they set days for this change."""
    return change.terms_of(group.terms, group.authorisation)


@dataclass(frozen=True)
class _Receipts:
    """What is known of one notice, in the days of one place."""

    receipt: Receipt
    terms: ClockTerms
    dated: date
    zones: Zones

    def day_of(self, at: datetime) -> date:
        # A notice of the last minutes of a day is dated on the next, even if it left before.
        return max(starting_day(at, self.zones), self.dated)

    def start(self, span: Span) -> date | None:
        """The day that a period runs from; None while that has not happened."""
        sent_at, counted_at = self.receipt.by("sent"), self.receipt.by(span.rule)
        counted = self.day_of(counted_at) if counted_at else None
        if span.rule == "sent" or sent_at is None:
            return counted
        deemed = deemed_day(span, self.day_of(sent_at), self.terms.calendar)
        # A delivery that is proved is better than one that is deemed; an acknowledgement that
        # never comes, or comes late, must not keep the days of a deemed one from ending.
        if span.rule == "delivered" and counted:
            return counted
        return min((day for day in (counted, deemed) if day), default=None)


def _dates(
    register: Register, change: Change, group: Group, receipt: Receipt | None
) -> CustomerDates:
    """The days under one agreement, from the real day of sending, delivery or acknowledgement."""
    sent_at = receipt.by("sent") if receipt else None
    if group.owes == INFORMATION:
        zones = zones_of(group.terms, register.time_zone)
        told_on = starting_day(sent_at, zones) if sent_at else None
        return CustomerDates(None, change.effective_on, sent_at, told_on, owes=INFORMATION)
    if receipt is None or sent_at is None:
        return CustomerDates(None, None, lacks="sent")
    known = _known(register, change, group, receipt)
    terms = known.terms
    notice, objection = (known.start(span) for span in (terms.notice, terms.objection))
    begins_on, given_on, lacks = None, known.day_of(sent_at), None
    if notice and objection:
        starts = Starts(notice, objection)
        begins_on = dates_counted_from(terms, group.given_on, starts).earliest_effective_on
    else:
        lacks = (terms.objection if notice else terms.notice).rule
    # Where the customer may object until the change takes effect, its own first day counts.
    own_day = max(change.effective_on, begins_on) if begins_on else None
    deadline = objection_deadline(terms, objection, own_day) if objection else None
    return CustomerDates(deadline, begins_on, sent_at, given_on, lacks)


def _known(register: Register, change: Change, group: Group, receipt: Receipt) -> _Receipts:
    zones = zones_of(group.terms, register.time_zone)
    return _Receipts(receipt, terms_for(change, group), group.given_on, zones)


def arithmetic_of(
    register: Register, change: Change, owed: Sequence[OwedNotice], receipts: Receipts
) -> tuple[Step, ...]:
    """How the customer's days were counted, step by step; empty until they are all known.

    Of several agreements, that of the last day to object.
    """
    sums = []
    for notice in _strictest(owed):
        receipt = receipts.get((change.id, notice.bond.agreement_id))
        sums.append(_arithmetic(register, change, notice.group, receipt) if receipt else ())
    return max(sums, key=_last_day) if all(sums) and sums else ()


def _arithmetic(
    register: Register, change: Change, group: Group, receipt: Receipt
) -> tuple[Step, ...]:
    if group.owes == INFORMATION:
        return information_dates(change.effective_on).arithmetic
    known = _known(register, change, group, receipt)
    terms = known.terms
    notice, objection = (known.start(span) for span in (terms.notice, terms.objection))
    if not (receipt.by("sent") and notice and objection):
        return ()
    starts = Starts(notice, objection)
    begins_on = dates_counted_from(terms, group.given_on, starts).earliest_effective_on
    starts = replace(starts, effective_on=max(change.effective_on, begins_on))
    return dates_counted_from(terms, group.given_on, starts).arithmetic


def _last_day(steps: Sequence[Step]) -> date:
    """The last day to object; none is later than any."""
    days = (step.day for step in steps if step.name == "objection_deadline")
    return next(days, None) or date.max


def _latest(values: Sequence[T | None]) -> T | None:
    """The latest value; None while one of them is unknown."""
    known = [value for value in values if value is not None]
    return max(known) if len(known) == len(values) and known else None
