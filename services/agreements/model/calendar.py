"""What falls due in an agreement, when, and the agreement after it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, timedelta

from services.agreements.model.agreement import Agreement, Due, Version
from services.agreements.model.life import in_version, next_of

DAY = timedelta(days=1)
OFFER_LAPSES, BEGINS, AMENDMENT_BEGINS = "offer_lapses", "begins", "amendment_begins"
ENDS, RENEWAL, EXPIRES = "ends", "renewal", "expires"
DELETION_OVERDUE, ERASE = "deletion_overdue", "erase"


def dues(agreement: Agreement) -> Iterator[Due]:
    """Everything that will fall due as the agreement stands, unordered."""
    if agreement.offer:
        yield Due(agreement.offer.lapses_on + DAY, OFFER_LAPSES)
    if agreement.binding:
        yield from _while_binding(agreement)
    elif agreement.counts and agreement.content.expires_on:
        yield Due(agreement.content.expires_on + DAY, EXPIRES)
    settled = agreement.deletion_proof or agreement.deletion_overdue
    if agreement.deletion_due_on and not settled:
        yield Due(agreement.deletion_due_on + DAY, DELETION_OVERDUE)
    if agreement.erase_on:
        yield Due(agreement.erase_on, ERASE)


def _while_binding(agreement: Agreement) -> Iterator[Due]:
    begins, ends = agreement.begins_on, agreement.ends_on
    if begins and not (ends and ends <= begins):
        yield Due(begins, BEGINS)
    if agreement.scheduled:
        yield Due(agreement.scheduled.on, AMENDMENT_BEGINS)
    if agreement.ends_on:
        yield Due(agreement.ends_on, ENDS)
    elif last := agreement.content.expires_on:
        if agreement.reminded_of != last:
            yield Due(last - timedelta(days=agreement.content.renewal_notice_days), RENEWAL)
        yield Due(last + DAY, EXPIRES)


def first_due(agreement: Agreement) -> Due | None:
    return min(dues(agreement), key=lambda due: due.on, default=None)


def due_by(agreement: Agreement, today: date) -> Due | None:
    """The first thing that falls due, if that is ``today`` or earlier."""
    due = first_due(agreement)
    return due if due and due.on <= today else None


def apply_due(agreement: Agreement, due: Due, version: Version | None = None) -> Agreement:
    """The agreement after ``due``. ``version``: the scheduled one, if an amendment begins."""
    return STEPS[due.kind](agreement, version)


def _offer_lapsed(agreement: Agreement, _: Version | None) -> Agreement:
    status = "active" if agreement.binding else "expired"
    return next_of(agreement, status=status, offer=None)


def _begun(agreement: Agreement, _: Version | None) -> Agreement:
    return next_of(agreement, begins_on=None)


def _amendment_begun(agreement: Agreement, version: Version | None) -> Agreement:
    if version is None:
        raise ValueError("an amendment begins with its version")
    return replace(in_version(next_of(agreement), version), scheduled=None)


def _ended(agreement: Agreement, _: Version | None) -> Agreement:
    return next_of(agreement, status="terminated", offer=None, scheduled=None)


def _reminded(agreement: Agreement, _: Version | None) -> Agreement:
    return next_of(agreement, reminded_of=agreement.content.expires_on)


def _expired(agreement: Agreement, _: Version | None) -> Agreement:
    return next_of(agreement, status="expired", offer=None, scheduled=None)


def _overdue(agreement: Agreement, _: Version | None) -> Agreement:
    return next_of(agreement, deletion_overdue=True)


STEPS: dict[str, Callable[[Agreement, Version | None], Agreement]] = {
    OFFER_LAPSES: _offer_lapsed,
    BEGINS: _begun,
    AMENDMENT_BEGINS: _amendment_begun,
    ENDS: _ended,
    RENEWAL: _reminded,
    EXPIRES: _expired,
    DELETION_OVERDUE: _overdue,
}
