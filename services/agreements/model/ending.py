"""How an agreement ends, and what its end brings: deletion, its proof, a last day to keep it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta

from services.agreements.model.agreement import ENDED, Agreement, Proof
from services.agreements.model.life import check_no_end_set, next_of
from shared.done_days import check_done
from shared.errors import Conflict, problem_at


class NotInForce(Conflict):
    """Only a binding agreement that has not ended can be terminated."""

    code = "not-in-force"


class NothingToDelete(Conflict):
    """No data is due: deletion or return follows the end of an agreement that was in force."""

    code = "nothing-to-delete"


class ProofRecorded(Conflict):
    """The proof of deletion or return is already recorded."""

    code = "proof-recorded"


def terminated(agreement: Agreement, effective_on: date, today: date) -> Agreement:
    """End it today or on a later day. Raises ``NotInForce`` or ``TerminationScheduled``."""
    if not agreement.binding:
        raise NotInForce(f"This agreement is {agreement.status}.")
    check_no_end_set(agreement)
    if effective_on < today:
        raise problem_at("/effective_on", "day-past", f"{effective_on} is past; today is {today}.")
    status = "terminated" if effective_on == today else "active"
    coming = agreement.scheduled
    still = coming if coming and coming.on < effective_on else None
    return next_of(agreement, status=status, ends_on=effective_on, offer=None, scheduled=still)


def closed(agreement: Agreement, now: datetime, retention_years: int) -> Agreement:
    """An ended agreement with the days of its end, of deletion (Art. 28(3)(g)) and of erasure."""
    if agreement.status not in ENDED or agreement.ended_on is not None:
        return agreement
    today = now.date()
    last = agreement.last_day
    ended_on = min(last, today) if last and agreement.begun else today
    # Without agreed days there is no period to wait for, so deletion is due at once.
    due = ended_on + timedelta(days=agreement.content.deletion_days or 0)
    return replace(
        agreement, ended_on=ended_on, ended_at=now, erase_on=years_after(ended_on, retention_years),
        deletion_due_on=due if agreement.begun else None,
    )  # fmt: skip


def proven(agreement: Agreement, proof: Proof) -> Agreement:
    """Record the proof of deletion or return. Raises ``NothingToDelete`` or ``ProofRecorded``."""
    if agreement.deletion_due_on is None:
        raise NothingToDelete(f"This agreement is {agreement.status}.")
    if agreement.deletion_proof is not None:
        raise ProofRecorded(f"It was done on {agreement.deletion_proof.done_on}.")
    check_done({"/done_on": proof.done_on}, proof.at)
    return next_of(agreement, deletion_proof=proof)


def years_after(day: date, years: int) -> date:
    """The same day ``years`` later; the 28th where there is no 29th of February."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, day=28)
