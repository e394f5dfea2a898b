"""The steps that people take with an agreement."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

from services.agreements.contract.contents import Party, check
from services.agreements.model.agreement import (
    ENDED,
    TO_BE_CONFIRMED,
    Acceptance,
    Agreement,
    Claim,
    Offer,
    Proof,
    Refusal,
    Scheduled,
    SignedFile,
    Since,
    Version,
    day_after,
)
from services.agreements.refusals import (
    AlreadyAccepted,
    AmendedMeanwhile,
    AmendmentScheduled,
    DocumentOutdated,
    NotADraft,
    NotAmendable,
    NothingToDelete,
    NotInForce,
    NotOffered,
    NotToBeConfirmed,
    ProofRecorded,
    TerminationScheduled,
)
from shared.errors import problem_at


def drafted(first: Version) -> Agreement:
    """A new draft. Raises ``ContentsContradict``."""
    check(first.content)
    return Agreement(
        id=first.agreement_id, processor=first.processor, controller=first.controller,
        status="draft", version=first.version, latest_version=first.version,
        content=first.content, document_sha256=first.document_sha256, created_at=first.made_at,
        weaker=first.weaker,
    )  # fmt: skip


def imported(first: Version, file: SignedFile, signed: tuple[Acceptance, ...]) -> Agreement:
    """An agreement that both parties had signed before it came here, as its processor says."""
    begins_on = _to_come(first, first.made_at.date())
    return replace(drafted(first), status="active", signed_file=file, acceptances=signed,
                   begins_on=begins_on)  # fmt: skip


def to_be_confirmed(agreement: Agreement, addressed_to: str | None) -> Agreement:
    """An imported one whose customer has yet to say that it signed it: it binds nobody."""
    return replace(agreement, status=TO_BE_CONFIRMED, unconfirmed=True, addressed_to=addressed_to)


def confirmed(agreement: Agreement, word: Acceptance, customer: Party) -> Agreement:
    """It binds both: ``customer``, as it is known now, says that it signed it.

    Raises ``NotToBeConfirmed``.
    """
    check_to_be_confirmed(agreement)
    first = agreement.content.effective_from
    return next_of(
        agreement, status="active", unconfirmed=False, confirmation=word, controller=customer,
        addressed_to=None, begins_on=first if first > word.at.date() else None,
    )  # fmt: skip


def declined(agreement: Agreement, refusal: Refusal) -> Agreement:
    """Not confirmed, or taken back by its processor. Raises ``NotToBeConfirmed``."""
    check_to_be_confirmed(agreement)
    return next_of(agreement, status="rejected", refusal=refusal)


def check_to_be_confirmed(agreement: Agreement) -> None:
    """Raises ``NotToBeConfirmed``."""
    if agreement.status != TO_BE_CONFIRMED:
        raise NotToBeConfirmed(f"This agreement is {agreement.status}.")


def offered(agreement: Agreement, at: datetime, lapses_on: date) -> Agreement:
    """The draft, put to both parties. Raises ``NotADraft``."""
    if agreement.status != "draft":
        raise NotADraft(f"This agreement is {agreement.status}.")
    offer = Offer(agreement.version, agreement.document_sha256, at, lapses_on)
    return next_of(agreement, status="offered", offer=offer)


def check_amendable(agreement: Agreement) -> None:
    """Raises ``NotAmendable``, ``TerminationScheduled`` or ``AmendmentScheduled``."""
    if agreement.status not in ("offered", "active"):
        raise NotAmendable(f"This agreement is {agreement.status}.")
    _check_no_end_set(agreement)
    if agreement.scheduled:
        raise AmendmentScheduled(f"Version {agreement.scheduled.version} begins on "
                                 f"{agreement.scheduled.on}.")  # fmt: skip


def amended(agreement: Agreement, version: Version, at: datetime, lapses_on: date) -> Agreement:
    """The next version on offer, in place of one that still waits; what is in force stays."""
    check_amendable(agreement)
    check(version.content)
    if version.version != agreement.latest_version + 1:
        raise AmendedMeanwhile
    offer = Offer(version.version, version.document_sha256, at, lapses_on)
    changed = next_of(agreement, latest_version=version.version, offer=offer)
    return changed if agreement.binding else in_version(changed, version)


def accepted(agreement: Agreement, version: Version, acceptance: Acceptance) -> Agreement:
    """The agreement with one acceptance more; it binds once both parties have accepted.

    ``version`` is the one on offer. What is in force stays so up to the day that an amendment
    names; before the first day an amendment takes the place of what it amends, day and all.
    Raises ``AlreadyAccepted``.
    """
    if agreement.accepted_by(acceptance.party, version.version):
        raise AlreadyAccepted(f"Version {version.version} has been accepted for this party.")
    changed = next_of(agreement, acceptances=(*agreement.acceptances, acceptance))
    if not changed.executed(version.version):
        return changed
    to_come = _to_come(version, acceptance.at.date())
    if agreement.in_force and to_come:
        coming = Scheduled(version.version, to_come, version.content.products)
        return replace(changed, offer=None, scheduled=coming)
    return replace(in_version(changed, version), status="active", offer=None, begins_on=to_come)


def claim_of(agreement: Agreement, version: Version) -> Claim:
    """What the agreement would speak for if ``version`` were accepted."""
    content = version.content
    since = None if agreement.in_force else content.effective_from
    return Claim(content.products, since, agreement.ends_on or day_after(content.expires_on))


def offer_to_accept(agreement: Agreement, party: str, document_sha256: str | None) -> Offer:
    """What ``party`` would accept.

    Raises ``NotOffered``, ``DocumentOutdated`` or ``AlreadyAccepted``.
    """
    offer = agreement.offer
    if offer is None:
        _check_not_signed_elsewhere(agreement)
        if agreement.accepted_by(party, agreement.version):
            raise AlreadyAccepted(f"Version {agreement.version} has been accepted for this party.")
        raise NotOffered(f"This agreement is {agreement.status}; nothing waits for acceptance.")
    if document_sha256 not in (None, offer.document_sha256):
        raise DocumentOutdated(context={
            "version": offer.version, "document_sha256": offer.document_sha256,
        })  # fmt: skip
    return offer


def _check_not_signed_elsewhere(agreement: Agreement) -> None:
    if agreement.status == TO_BE_CONFIRMED:
        raise NotOffered("This agreement was signed elsewhere: confirm or decline it instead.")


def rejected(agreement: Agreement, refusal: Refusal) -> Agreement:
    """The offer turned down. Raises ``NotOffered``."""
    if agreement.offer is None:
        _check_not_signed_elsewhere(agreement)
        raise NotOffered(f"This agreement is {agreement.status}; there is nothing to reject.")
    status = "active" if agreement.binding else "rejected"
    return next_of(agreement, status=status, offer=None, refusal=refusal)


def terminated(agreement: Agreement, effective_on: date, today: date) -> Agreement:
    """Ended, or set to end on a day to come. Raises ``NotInForce``, ``TerminationScheduled``."""
    if not agreement.binding:
        raise NotInForce(f"This agreement is {agreement.status}.")
    _check_no_end_set(agreement)
    if effective_on < today:
        raise problem_at("/effective_on", "day-past", f"{effective_on} is past; today is {today}.")
    status = "terminated" if effective_on == today else "active"
    coming = agreement.scheduled
    still = coming if coming and coming.on < effective_on else None
    return next_of(agreement, status=status, ends_on=effective_on, offer=None, scheduled=still)


def closed(agreement: Agreement, now: datetime, retention_years: int) -> Agreement:
    """Where it has ended: since when, until when it is kept, when the data must be gone."""
    if agreement.status not in ENDED or agreement.ended_on is not None:
        return agreement
    today = now.date()
    last = agreement.last_day if agreement.status != "rejected" else None
    ended_on = last if last and last <= today and agreement.begun else today
    # Without a promise of days there is no delay to plead, so the data is due at once.
    due = ended_on + timedelta(days=agreement.content.deletion_days or 0)
    return replace(
        agreement, ended_on=ended_on, ended_at=now, erase_on=years_after(ended_on, retention_years),
        deletion_due_on=due if agreement.begun else None,
    )  # fmt: skip


def proven(agreement: Agreement, proof: Proof) -> Agreement:
    """With the proof of deletion or return. Raises ``NothingToDelete`` or ``ProofRecorded``."""
    if agreement.deletion_due_on is None:
        raise NothingToDelete(f"This agreement is {agreement.status}.")
    if agreement.deletion_proof is not None:
        raise ProofRecorded(f"It was done on {agreement.deletion_proof.done_on}.")
    if proof.done_on > proof.at.date():
        raise problem_at("/done_on", "day-to-come", "Proof is of what has been done.")
    return next_of(agreement, deletion_proof=proof)


def recorded(agreement: Agreement, watermark: int) -> Agreement:
    """The agreement with its notice terms noted from the processor's ``watermark`` on."""
    group = agreement.group
    key, terms = (group.key, group.terms) if group else (None, None)
    last = agreement.history[-1].key if agreement.history else None
    if key == last:
        return agreement
    return replace(agreement, history=(*agreement.history, Since(watermark, key, terms)))


def years_after(day: date, years: int) -> date:
    """The same day ``years`` later; the 28th where there is no 29th of February."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, day=28)


def in_version(agreement: Agreement, version: Version) -> Agreement:
    return replace(
        agreement, version=version.version, content=version.content, weaker=version.weaker,
        document_sha256=version.document_sha256,
        processor=version.processor, controller=version.controller,
    )  # fmt: skip


def next_of(agreement: Agreement, **changes: Any) -> Agreement:
    return replace(agreement, revision=agreement.revision + 1, **changes)


def _check_no_end_set(agreement: Agreement) -> None:
    if agreement.ends_on is not None:
        raise TerminationScheduled(f"It ends on {agreement.ends_on}.")


def _to_come(version: Version, today: date) -> date | None:
    """The first day of ``version``, if that lies ahead."""
    first = version.content.effective_from
    return first if first > today else None
