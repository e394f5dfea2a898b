"""What an agreement is made of."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from services.agreements.contract.contents import Content, Group, Party, group_of, zone_apart
from services.agreements.contract.finding import Finding, required
from services.agreements.contract.finding_words import said
from services.agreements.contract.findings import findings
from services.agreements.contract.terms import Terms
from shared.scope import Cover, in_common

TO_BE_CONFIRMED = "to_be_confirmed"
STATUSES = (
    "draft", "offered", "active", "terminated", "expired", "rejected", TO_BE_CONFIRMED,
)  # fmt: skip
ENDED = ("terminated", "expired", "rejected")
PARTIES = ("processor", "controller")


@dataclass(frozen=True)
class Version:
    """A version offered to the parties; never changed. ``id`` is ``<agreement>:<n>``.

    ``document`` is its canonical JSON (RFC 8785), the very text whose SHA-256 the parties accept.
    ``weaker`` lists what it lacks beside its template.
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
    weaker: tuple[Finding, ...] = ()


@dataclass(frozen=True)
class Offer:
    """A version that waits to be accepted, up to and including the day ``lapses_on``.

    ``roll_out``: the id of the roll-out that offered it, if one did.
    """

    version: int
    document_sha256: str
    offered_at: datetime
    lapses_on: date
    roll_out: str | None = None


@dataclass(frozen=True)
class Acceptance:
    """A signature: who accepted which document for which party (Art. 28(9), electronic form).

    ``address``: the network address of the request. ``standing_since``: set if the party had
    accepted in advance every customer that takes its published template, or a whole roll-out.
    ``method``: how; of what was signed outside, ``evidence_sha256`` is the hash of the PDF and
    ``signed_on`` the day that it bears.
    """

    party: str
    name: str
    title: str
    email: str
    at: datetime
    version: int
    document_sha256: str
    client_id: str
    address: str | None = None
    standing_since: datetime | None = None
    method: str = "accepted"
    evidence_sha256: str | None = None
    signed_on: date | None = None


@dataclass(frozen=True)
class Refusal:
    """The reason that ``party`` gave for rejecting or declining ``version``."""

    party: str
    version: int
    reason: str
    at: datetime


@dataclass(frozen=True)
class PaperSignatory:
    """Who signed a paper for ``party``."""

    party: str
    name: str
    title: str


@dataclass(frozen=True)
class Paper:
    """What was signed on paper, as ``party`` uploaded it: the version, its PDF, who signed, when.

    ``name``, ``title``, ``email``: who uploaded it. ``org_id``: its organisation. It
    binds once the other side has given its ``confirmation``. ``method``: how it was signed.
    """

    party: str
    org_id: str
    version: int
    document_sha256: str
    pdf_sha256: str
    signed_on: date
    signatories: tuple[PaperSignatory, ...]
    name: str
    title: str
    email: str
    at: datetime
    client_id: str
    address: str | None = None
    confirmation: Acceptance | None = None
    refusal: Refusal | None = None
    method: str = "paper"


@dataclass(frozen=True)
class Since:
    """Notice terms and ``cover`` from the processor's watermark ``since_version`` on; no terms
    after the end. Earlier versions of this software kept no cover."""

    since_version: int
    key: str | None
    terms: Terms | None
    cover: Cover | None = None


@dataclass(frozen=True)
class Scheduled:
    """An amendment that both have accepted and that comes into force on a day to come."""

    version: int
    on: date
    products: tuple[str, ...]


@dataclass(frozen=True)
class Claim:
    """The products and days that an agreement claims.

    No products means all of them. From ``since`` until before ``until``; None is open.
    """

    products: tuple[str, ...] = ()
    since: date | None = None
    until: date | None = None

    def overlaps(self, other: Claim) -> bool:
        """Whether both claim the same product on the same day."""
        together = not (_ends_before(self, other) or _ends_before(other, self))
        return together and in_common(self.products, other.products)


@dataclass(frozen=True)
class Proof:
    """That the data was deleted or returned (Art. 28(3)(g)), as the processor stated it."""

    done_on: date
    statement: str
    name: str
    title: str
    email: str
    at: datetime
    client_id: str


@dataclass(frozen=True)
class SignedFile:
    """An agreement that was signed before it came here. ``sha256``: of its PDF, if it is here."""

    reference: str
    sha256: str | None
    signed_on: date


@dataclass(frozen=True)
class Due:
    """Something of ``kind`` that falls due on the day ``on``."""

    on: date
    kind: str


@dataclass(frozen=True)
class Agreement:
    """One agreement. ``version`` is the one that binds, or the newest while none does.

    It binds from the second acceptance. ``begins_on`` is the first day, while that lies ahead or if
    it never came. ``ended_on`` is the last day; the agreement is erased on ``erase_on``.

    ``unconfirmed``: an import that its customer has not confirmed. ``confirmation``: the
    customer's. ``accepted_changes``: coming changes that the accepted documents name (0038).
    ``addressed_to``: the organisation behind a slug that the processor named; never
    shown to the processor. ``refusal``: the last one; of an amendment, if the agreement is active.
    ``paper``: the last version that a party says was signed on paper.
    """

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
    weaker: tuple[Finding, ...] = ()
    scheduled: Scheduled | None = None
    begins_on: date | None = None
    signed_file: SignedFile | None = None
    reminded_of: date | None = None
    ended_on: date | None = None
    erase_on: date | None = None
    deletion_due_on: date | None = None
    deletion_overdue: bool = False
    deletion_proof: Proof | None = None
    unconfirmed: bool = False
    confirmation: Acceptance | None = None
    addressed_to: str | None = None
    ended_at: datetime | None = None
    refusal: Refusal | None = None
    accepted_changes: tuple[str, ...] = ()
    paper: Paper | None = None

    @property
    def customer_id(self) -> str:
        """The organisation that may read it as its customer, and answer it."""
        return self.addressed_to or self.controller.id

    @property
    def customer_ids(self) -> tuple[str, ...]:
        """Those that may read and answer it: the organisation that its processor entered, and the
        one that was there before. Which of them answers, becomes its customer."""
        return tuple(dict.fromkeys((self.customer_id, self.controller.id)))

    @property
    def confirmed(self) -> bool:
        """Whether the customer itself has accepted or confirmed it."""
        signed = any(acceptance.party == "controller" for acceptance in self.acceptances)
        return signed and not self.unconfirmed

    @property
    def counts(self) -> bool:
        """Whether its processor owes its notice terms; unconfirmed imports count, too."""
        return self.binding or self.status == TO_BE_CONFIRMED

    @property
    def binding(self) -> bool:
        """Whether both have accepted it and it has not ended: its customer is owed notice."""
        return self.status == "active"

    @property
    def in_force(self) -> bool:
        """Whether it binds and its first day has come."""
        return self.binding and self.begins_on is None

    @property
    def begun(self) -> bool:
        """Whether it ever was in force."""
        return self.bound and self.begins_on is None

    @property
    def bound(self) -> bool:
        """Whether it binds both, or did before it ended."""
        return self.confirmed and self.executed(self.version)

    @property
    def list_accepted_on(self) -> date | None:
        """The day on which the list of sub-processors of the newest version that both have accepted
        was accepted; None before there is one."""
        versions = [self.version, *([self.scheduled.version] if self.scheduled else [])]
        signed = (each.at.date() for each in self.acceptances if each.version in versions)
        return max(signed) if self.executed(self.version) else None

    @property
    def group(self) -> Group | None:
        """The group of notice terms it counts in; None when it does not."""
        if not self.counts:
            return None
        return group_of(self.content, zone_apart(self.processor, self.controller))

    @property
    def findings(self) -> tuple[Finding, ...]:
        return (*_unnamed(self.controller), *findings(self.content), *self.weaker)

    @property
    def claim(self) -> Claim:
        return Claim(self._claimed_products, self.begins_on, self.over_on)

    @property
    def cover(self) -> Cover:
        """What changes concern its customer. Up to the first day of an amendment to come, the
        products of both versions count: none of them is changed without a notice."""
        ends_on = day_after(self.ended_on) or self.ends_on
        return Cover(tuple(sorted(self._claimed_products)), self.begins_on, ends_on)

    @property
    def _claimed_products(self) -> tuple[str, ...]:
        """The products of today and of a scheduled amendment; empty means all."""
        now, coming = self.content.products, self.scheduled and self.scheduled.products
        if coming is None or not now:
            return now
        return tuple(sorted({*now, *coming})) if coming else ()

    @property
    def last_day(self) -> date | None:
        """The day it ends on, if that is known: by termination, else by its own term."""
        return self.ends_on or self.content.expires_on

    @property
    def over_on(self) -> date | None:
        """The first day after its end, if that is known.

        An amendment to come may move the last day, so until it has begun nothing is known.
        """
        return self.ends_on or (None if self.scheduled else day_after(self.content.expires_on))

    def accepted_by(self, party: str, version: int) -> bool:
        return any(
            acceptance.party == party and acceptance.version == version
            for acceptance in self.acceptances
        )

    def executed(self, version: int) -> bool:
        """Whether both parties have accepted ``version``."""
        return not self.missing(version)

    def missing(self, version: int) -> tuple[str, ...]:
        """The parties that have yet to accept ``version``."""
        return tuple(party for party in PARTIES if not self.accepted_by(party, version))


def _unnamed(customer: Party) -> Iterator[Finding]:
    if customer.legal_name == customer.id:
        yield required("customer-unnamed", "Art. 28(3)", said("customer-unnamed"))


def day_after(day: date | None) -> date | None:
    return day + timedelta(days=1) if day else None


def _ends_before(one: Claim, other: Claim) -> bool:
    return one.until is not None and other.since is not None and one.until <= other.since
