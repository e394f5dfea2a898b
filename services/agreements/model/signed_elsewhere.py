"""Agreements that were signed before they came here: imported, confirmed, declined."""

from __future__ import annotations

from dataclasses import replace

from services.agreements.contract.contents import Party
from services.agreements.model.agreement import (
    TO_BE_CONFIRMED,
    Acceptance,
    Agreement,
    Refusal,
    SignedFile,
    Version,
)
from services.agreements.model.life import drafted, first_day_ahead, next_of
from shared.errors import Conflict


class NotToBeConfirmed(Conflict):
    """Only an agreement signed elsewhere that waits for its customer can be confirmed."""

    code = "not-to-be-confirmed"


def imported(first: Version, file: SignedFile, signed: tuple[Acceptance, ...]) -> Agreement:
    """A binding agreement that both parties signed on paper."""
    begins_on = first_day_ahead(first, first.made_at.date())
    return replace(drafted(first), status="active", signed_file=file, acceptances=signed,
                   begins_on=begins_on)  # fmt: skip


def to_be_confirmed(agreement: Agreement, addressed_to: str | None) -> Agreement:
    """An import that its customer has yet to confirm: it does not bind."""
    return replace(agreement, status=TO_BE_CONFIRMED, unconfirmed=True, addressed_to=addressed_to)


def confirmed(agreement: Agreement, word: Acceptance, customer: Party) -> Agreement:
    """Confirmed by ``customer`` (its details of today): it binds both.

    Raises ``NotToBeConfirmed``.
    """
    check_to_be_confirmed(agreement)
    first = agreement.content.effective_from
    # Where its processor has not said who signed for the customer, the customer does now.
    signed = () if agreement.accepted_by("controller", word.version) else (word,)
    return next_of(
        agreement, status="active", unconfirmed=False, confirmation=word, controller=customer,
        addressed_to=None, begins_on=first if first > word.at.date() else None,
        acceptances=(*agreement.acceptances, *signed),
    )  # fmt: skip


def declined(agreement: Agreement, refusal: Refusal) -> Agreement:
    """Declined by the customer, or taken back. Raises ``NotToBeConfirmed``."""
    check_to_be_confirmed(agreement)
    return next_of(agreement, status="rejected", refusal=refusal)


def check_to_be_confirmed(agreement: Agreement) -> None:
    """Raises ``NotToBeConfirmed``."""
    if agreement.status != TO_BE_CONFIRMED:
        raise NotToBeConfirmed(f"This agreement is {agreement.status}.")
