"""The agreement: its versions, who accepted what, and every step of its life.

    draft -> offered -> active -> terminated
                |-> rejected    (an amendment rejected or lapsed leaves the agreement active)
                '-> expired

Every step is a pure function from one agreement to the next.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from services.agreements.contents import Content, Group, Party, Terms, check, group_of
from services.agreements.findings import Finding, findings
from services.agreements.refusals import (
    AlreadyAccepted,
    AmendedMeanwhile,
    DocumentOutdated,
    NotADraft,
    NotAmendable,
    NotInForce,
    NotOffered,
    TerminationScheduled,
)
from shared.errors import problem_at

STATUSES = ("draft", "offered", "active", "terminated", "expired", "rejected")
PARTIES = ("processor", "controller")


@dataclass(frozen=True)
class Version:
    """What was put to the parties: written once, never changed. ``id`` is ``<agreement>:<n>``.

    ``document`` is its canonical JSON (RFC 8785), the very text whose SHA-256 the parties accept.
    """

    id: str
    agreement_id: str
    version: int
    processor: Party
    controller: Party
    content: Content
    document: str
    document_sha256: str
    made_at: datetime
    made_by: str


@dataclass(frozen=True)
class Offer:
    """A version that waits to be accepted, up to and including the day ``lapses_on``."""

    version: int
    document_sha256: str
    offered_at: datetime
    lapses_on: date


@dataclass(frozen=True)
class Acceptance:
    """Who accepted which document for which party (Art. 28(9): electronic form is enough)."""

    party: str
    name: str
    title: str
    email: str
    at: datetime
    version: int
    document_sha256: str
    client_id: str


@dataclass(frozen=True)
class Since:
    """Notice terms from the processor's watermark ``since_version`` on; none after the end."""

    since_version: int
    key: str | None
    terms: Terms | None


@dataclass(frozen=True)
class Agreement:
    """One agreement. ``version`` is the one in force, or the newest while none has been."""

    id: str
    processor: Party
    controller: Party
    status: str
    version: int
    latest_version: int
    content: Content
    document_sha256: str
    created_at: datetime
    offer: Offer | None = None
    acceptances: tuple[Acceptance, ...] = ()
    ends_on: date | None = None
    history: tuple[Since, ...] = ()
    revision: int = 1

    @property
    def in_force(self) -> bool:
        return self.status == "active"

    @property
    def group(self) -> Group | None:
        """The group of notice terms it counts in; None when it is not in force."""
        return group_of(self.content) if self.in_force else None

    @property
    def findings(self) -> tuple[Finding, ...]:
        return findings(self.content)

    @property
    def due_on(self) -> date | None:
        """The first day on which the clock has something to do with it."""
        if self.offer is not None:
            return self.offer.lapses_on + timedelta(days=1)
        return self.ends_on if self.in_force else None

    def accepted_by(self, party: str, version: int) -> bool:
        return any(each.party == party and each.version == version for each in self.acceptances)


def drafted(first: Version) -> Agreement:
    """A new draft. Raises ``ContentsContradict``."""
    check(first.content)
    return Agreement(
        id=first.agreement_id, processor=first.processor, controller=first.controller,
        status="draft", version=first.version, latest_version=first.version,
        content=first.content, document_sha256=first.document_sha256, created_at=first.made_at,
    )  # fmt: skip


def offered(agreement: Agreement, at: datetime, lapses_on: date) -> Agreement:
    """The draft, put to both parties. Raises ``NotADraft``."""
    if agreement.status != "draft":
        raise NotADraft(f"This agreement is {agreement.status}.")
    offer = Offer(agreement.version, agreement.document_sha256, at, lapses_on)
    return _next(agreement, status="offered", offer=offer)


def check_amendable(agreement: Agreement) -> None:
    """Raises ``NotAmendable`` or ``TerminationScheduled``."""
    if agreement.status not in ("offered", "active"):
        raise NotAmendable(f"This agreement is {agreement.status}.")
    _check_no_end_set(agreement)


def amended(agreement: Agreement, version: Version, at: datetime, lapses_on: date) -> Agreement:
    """The next version on offer, in place of one that still waits; what is in force stays."""
    check_amendable(agreement)
    check(version.content)
    if version.version != agreement.latest_version + 1:
        raise AmendedMeanwhile
    offer = Offer(version.version, version.document_sha256, at, lapses_on)
    changed = _next(agreement, latest_version=version.version, offer=offer)
    return changed if agreement.in_force else _with_version(changed, version)


def accepted(agreement: Agreement, version: Version, acceptance: Acceptance) -> Agreement:
    """The agreement with one acceptance more; in force once both parties have accepted.

    ``version`` is the one on offer. Raises ``AlreadyAccepted``.
    """
    if agreement.accepted_by(acceptance.party, version.version):
        raise AlreadyAccepted(f"Version {version.version} has been accepted for this party.")
    changed = _next(agreement, acceptances=(*agreement.acceptances, acceptance))
    if not all(changed.accepted_by(party, version.version) for party in PARTIES):
        return changed
    return replace(_with_version(changed, version), status="active", offer=None)


def offer_to_accept(agreement: Agreement, party: str, document_sha256: str | None) -> Offer:
    """What ``party`` would accept.

    Raises ``NotOffered``, ``DocumentOutdated`` or ``AlreadyAccepted``.
    """
    offer = agreement.offer
    if offer is None:
        if agreement.accepted_by(party, agreement.version):
            raise AlreadyAccepted(f"Version {agreement.version} has been accepted for this party.")
        raise NotOffered(f"This agreement is {agreement.status}; nothing waits for acceptance.")
    if document_sha256 not in (None, offer.document_sha256):
        raise DocumentOutdated(context={
            "version": offer.version, "document_sha256": offer.document_sha256,
        })  # fmt: skip
    return offer


def rejected(agreement: Agreement) -> Agreement:
    """The offer turned down. Raises ``NotOffered``."""
    if agreement.offer is None:
        raise NotOffered(f"This agreement is {agreement.status}; there is nothing to reject.")
    status = "active" if agreement.in_force else "rejected"
    return _next(agreement, status=status, offer=None)


def terminated(agreement: Agreement, effective_on: date, today: date) -> Agreement:
    """Ended, or set to end on a day to come. Raises ``NotInForce``, ``TerminationScheduled``."""
    if not agreement.in_force:
        raise NotInForce(f"This agreement is {agreement.status}.")
    _check_no_end_set(agreement)
    if effective_on < today:
        raise problem_at("/effective_on", "day-past", f"{effective_on} is past; today is {today}.")
    status = "terminated" if effective_on == today else "active"
    return _next(agreement, status=status, ends_on=effective_on, offer=None)


def on_day(agreement: Agreement, today: date) -> Agreement:
    """What the calendar makes of it: the same object when nothing is due."""
    due = agreement.due_on
    if due is None or today < due:
        return agreement
    if agreement.offer is None:
        return _next(agreement, status="terminated")
    status = "active" if agreement.in_force else "expired"
    return _next(agreement, status=status, offer=None)


def recorded(agreement: Agreement, watermark: int) -> Agreement:
    """The agreement with its notice terms noted from the processor's ``watermark`` on."""
    group = agreement.group
    key, terms = (group.key, group.terms) if group else (None, None)
    last = agreement.history[-1].key if agreement.history else None
    if key == last:
        return agreement
    return replace(agreement, history=(*agreement.history, Since(watermark, key, terms)))


def _check_no_end_set(agreement: Agreement) -> None:
    if agreement.ends_on is not None:
        raise TerminationScheduled(f"It ends on {agreement.ends_on}.")


def _with_version(agreement: Agreement, version: Version) -> Agreement:
    return replace(
        agreement, version=version.version, content=version.content,
        document_sha256=version.document_sha256,
        processor=version.processor, controller=version.controller,
    )  # fmt: skip


def _next(agreement: Agreement, **changes: object) -> Agreement:
    return replace(agreement, revision=agreement.revision + 1, **changes)  # type: ignore[arg-type]
