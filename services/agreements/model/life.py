"""The steps from a draft to a binding agreement, and its amendments."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from typing import Any

from services.agreements.contract.contents import check
from services.agreements.model.agreement import (
    TO_BE_CONFIRMED,
    Acceptance,
    Agreement,
    Claim,
    Offer,
    Refusal,
    Scheduled,
    Since,
    Version,
    day_after,
)
from shared.errors import Conflict


class NotADraft(Conflict):
    """Only a draft can be offered."""

    code = "not-a-draft"


class NotOffered(Conflict):
    """No version of this agreement is on offer."""

    code = "not-offered"


class AlreadyAccepted(Conflict):
    """This party has already accepted this version."""

    code = "already-accepted"


class DocumentOutdated(Conflict):
    """The document is another than the one you named; read it again first."""

    code = "document-outdated"


class DocumentIncomplete(Conflict):
    """The annexes of this document have open points; answer them in a new version first."""

    code = "document-incomplete"


class NotAmendable(Conflict):
    """Only an offered or binding agreement can be amended."""

    code = "not-amendable"


class AmendedMeanwhile(Conflict):
    """Another amendment was offered meanwhile; read the agreement again."""

    code = "amended-meanwhile"


class TerminationScheduled(Conflict):
    """The agreement already has an end day."""

    code = "termination-scheduled"


class AmendmentScheduled(Conflict):
    """An accepted amendment begins on a later day; wait for it or terminate the agreement."""

    code = "amendment-scheduled"


def drafted(first: Version) -> Agreement:
    """A new draft. Raises ``ContentsContradict``."""
    check(first.content)
    return Agreement(
        id=first.agreement_id, processor=first.processor, controller=first.controller,
        status="draft", version=first.version, latest_version=first.version,
        content=first.content, document_sha256=first.document_sha256, created_at=first.made_at,
        weaker=first.weaker,
    )  # fmt: skip


def offered(agreement: Agreement, at: datetime, lapses_on: date) -> Agreement:
    """Offer the draft to both parties. Raises ``NotADraft``."""
    if agreement.status != "draft":
        raise NotADraft(f"This agreement is {agreement.status}.")
    offer = Offer(agreement.version, agreement.document_sha256, at, lapses_on)
    return next_of(agreement, status="offered", offer=offer)


def check_amendable(agreement: Agreement) -> None:
    """Raises ``NotAmendable``, ``TerminationScheduled`` or ``AmendmentScheduled``."""
    if agreement.status not in ("offered", "active"):
        raise NotAmendable(f"This agreement is {agreement.status}.")
    check_no_end_set(agreement)
    if agreement.scheduled:
        raise AmendmentScheduled(f"Version {agreement.scheduled.version} begins on "
                                 f"{agreement.scheduled.on}.")  # fmt: skip


def amended(
    agreement: Agreement,
    version: Version,
    at: datetime,
    lapses_on: date,
    roll_out: str | None = None,
) -> Agreement:
    """Offer ``version``, in place of one that still waits. What binds goes on binding."""
    check_amendable(agreement)
    check(version.content)
    if version.version != agreement.latest_version + 1:
        raise AmendedMeanwhile
    offer = Offer(version.version, version.document_sha256, at, lapses_on, roll_out)
    changed = next_of(agreement, latest_version=version.version, offer=offer)
    return changed if agreement.binding else in_version(changed, version)


def accepted(agreement: Agreement, version: Version, acceptance: Acceptance) -> Agreement:
    """Add an acceptance of ``version``, the one on offer. It binds once both have accepted.

    An amendment of an agreement in force waits for its first day, if that lies ahead. Before the
    agreement's own first day, an amendment replaces it at once, first day included.
    Raises ``AlreadyAccepted``.
    """
    if agreement.accepted_by(acceptance.party, version.version):
        raise AlreadyAccepted(f"Version {version.version} has been accepted for this party.")
    changed = next_of(agreement, acceptances=(*agreement.acceptances, acceptance))
    if not changed.executed(version.version):
        return changed
    to_come = first_day_ahead(version, acceptance.at.date())
    if agreement.in_force and to_come:
        coming = Scheduled(version.version, to_come, version.content.products)
        return replace(changed, offer=None, scheduled=coming)
    return replace(in_version(changed, version), status="active", offer=None, begins_on=to_come)


def claim_of(agreement: Agreement, version: Version) -> Claim:
    """The products and days that the agreement would claim with ``version`` accepted."""
    content = version.content
    since = None if agreement.in_force else content.effective_from
    return Claim(content.products, since, agreement.ends_on or day_after(content.expires_on))


def on_offer(agreement: Agreement) -> Offer:
    """The offer that waits. Raises ``NotOffered``."""
    if agreement.offer is None:
        raise NotOffered(f"This agreement is {agreement.status}; nothing is on offer.")
    return agreement.offer


def offer_to_accept(agreement: Agreement, party: str, document_sha256: str | None) -> Offer:
    """The offer that ``party`` would accept.

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
    """Turn the offer down. Raises ``NotOffered``."""
    if agreement.offer is None:
        _check_not_signed_elsewhere(agreement)
        raise NotOffered(f"This agreement is {agreement.status}; there is nothing to reject.")
    status = "active" if agreement.binding else "rejected"
    return next_of(agreement, status=status, offer=None, refusal=refusal)


def recorded(agreement: Agreement, watermark: int) -> Agreement:
    """Add the present notice terms and cover to the history, as of ``watermark``."""
    group, none = agreement.group, Since(watermark, None, None)
    now = Since(watermark, group.key, group.terms, agreement.cover) if group else none
    before = agreement.history[-1] if agreement.history else none
    if (now.key, now.cover) == (before.key, before.cover):
        return agreement
    return replace(agreement, history=(*agreement.history, now))


def in_version(agreement: Agreement, version: Version) -> Agreement:
    return replace(
        agreement, version=version.version, content=version.content, weaker=version.weaker,
        document_sha256=version.document_sha256,
        processor=version.processor, controller=version.controller,
    )  # fmt: skip


def next_of(agreement: Agreement, **changes: Any) -> Agreement:
    return replace(agreement, revision=agreement.revision + 1, **changes)


def check_no_end_set(agreement: Agreement) -> None:
    """Raises ``TerminationScheduled``."""
    if agreement.ends_on is not None:
        raise TerminationScheduled(f"It ends on {agreement.ends_on}.")


def first_day_ahead(version: Version, today: date) -> date | None:
    """The first day of ``version``, if that lies ahead."""
    first = version.content.effective_from
    return first if first > today else None
