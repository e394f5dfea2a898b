"""A change: the only way to alter the register. Draft, announced, in effect, or withdrawn."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any, Literal, NamedTuple

from services.registry.clock import INFORMATION, NOTICE, NoticeTerms
from services.registry.model.approvals import Hands, Signatures, actor_of
from services.registry.model.records import carried
from services.registry.transfers.statements import dated
from shared.errors import Conflict, Forbidden, Invalid, PreconditionFailed
from shared.scope import ANY_COVER, Cover, Scope

Kind = Literal["add", "replace", "modify", "remove"]
Status = Literal["draft", "announced", "in_effect", "withdrawn"]


class NoticePeriodTooShort(Conflict):
    """The effective day is earlier than a customer's agreement allows; take a later day."""

    code = "notice-period-too-short"


class NoticeIncomplete(Invalid):
    """The notice lacks what the law or the agreements require; complete the change."""

    code = "notice-incomplete"


class EffectiveDayPassed(Invalid):
    """The effective day lies in the past; take today or a later day."""

    code = "effective-day-passed"


class NotInThisStatus(Conflict):
    """The status of the change does not allow this step."""

    code = "change-status"


class ChangePending(Conflict):
    """Another announced change to this entry has not taken effect; withdraw it or wait."""

    code = "change-pending"


class NotYourRegister(Forbidden):
    """Only the processor itself may alter its register."""

    code = "not-your-register"


@dataclass(frozen=True)
class Group:
    """Agreements with the same notice terms, their customers, and what a change means for them.

    ``agreements`` and ``customers``: those that it concerns. ``provisional``: their days run from a
    receipt that is not known yet, so they can only be later. ``covers``: what the agreements cover
    that it would concern if it took effect at once. ``owes``: notice, or
    information only.
    """

    key: str
    terms: dict[str, Any]
    authorisation: str | None
    agreements: int
    given_on: date
    objection_deadline: date | None
    earliest_effective_on: date
    silence: str | None
    provisional: bool = False
    arithmetic: tuple[dict[str, str | None], ...] = ()
    customers: int = 0
    owes: str = NOTICE
    covers: tuple[Cover, ...] = (ANY_COVER,)

    @property
    def allows_from(self) -> date:
        """The first effective day that breaks no promise to any of its agreements."""
        days = (_allowed_from(cover, self.earliest_effective_on) for cover in self.covers)
        return max(days, default=date.min)


@dataclass(frozen=True)
class Audience:
    """Whom a notice concerns: its scope, the terms groups of a register with their days, and the
    watermark up to which they count all customers. ``scopes``: those of its changes, by id."""

    scope: Scope
    groups: tuple[Group, ...]
    version: int
    scopes: Mapping[str, Scope] = field(default_factory=dict)

    @property
    def concerned(self) -> list[Group]:
        """The groups in which an agreement is concerned."""
        return [group for group in self.groups if group.agreements]

    @property
    def allows_from(self) -> date | None:
        """The first effective day that breaks no promise; None where none was made."""
        return max((group.allows_from for group in self.groups), default=None)


@dataclass(frozen=True)
class Emergency:
    justification: str
    declared_by: str
    approved_by: tuple[str, ...] = ()


class Draft(NamedTuple):
    """A draft as lists need it; ``name``: the entry it would make, alter or end."""

    id: str
    effective_on: date
    name: str


@dataclass(frozen=True)
class Change:
    """``subject_id`` is the entry it makes or alters; ``replaces_id`` the one a replace ends.

    ``what_it_means``: for the customer, and what it must do, by language; it may be nothing.
    ``prepared_by``: the persons and clients that drafted and edited it. ``approved_by``: who
    approved the announcement, each with id and name; who announced it alone is its approver.
    ``together``: the changes that were announced in one notice, this one included, and
    ``kinds_together`` their kinds; empty for one that was announced alone.
    ``materiality``: what it was announced with; None of a draft, and of one that was announced
    before this was kept: its words stand in the ledger.
    ``scope``: whom it concerned when it was announced; None of one that was announced to everybody.
    """

    id: str
    processor_id: str
    kind: Kind
    subject_id: str
    effective_on: date
    reason: str
    created_at: datetime
    content: dict[str, Any] | None = None
    previous: dict[str, Any] | None = None
    replaces_id: str | None = None
    status: Status = "draft"
    announced_at: datetime | None = None
    sequence: int | None = None
    recipients_version: int = 0
    scope: Scope | None = None
    groups: tuple[Group, ...] = ()
    emergency: Emergency | None = None
    ended_at: datetime | None = None
    withdrawal_reason: str | None = None
    revision: int = 1
    owes: str | None = None
    together: tuple[str, ...] = ()
    kinds_together: tuple[Kind, ...] = ()
    what_it_means: dict[str, str] = field(default_factory=dict)
    prepared_by: tuple[str, ...] = ()
    approved_by: tuple[dict[str, str], ...] = ()
    materiality: tuple[str, ...] | None = None

    @property
    def others(self) -> tuple[str, ...]:
        """Ids of the other changes of its notice."""
        return tuple(each for each in self.together if each != self.id)

    @property
    def is_private(self) -> bool:
        """Whether nobody but the processor has ever been told of it."""
        return self.announced_at is None

    @property
    def touches(self) -> tuple[str, ...]:
        """Ids of the entries it writes to."""
        return (self.subject_id, self.replaces_id) if self.replaces_id else (self.subject_id,)

    @property
    def approvers(self) -> tuple[str, ...]:
        """The persons and clients that have approved it so far."""
        if self.emergency:
            return self.emergency.approved_by
        return tuple(map(actor_of, self.approved_by))

    @property
    def signatures(self) -> Signatures:
        """Who prepared it, whoever declared its emergency included, and who has approved it."""
        declared = [self.emergency.declared_by] if self.emergency else []
        prepared_by = tuple(dict.fromkeys((*self.prepared_by, *declared)))
        return Signatures(prepared_by, self.approvers, urgent=self.emergency is not None)

    def revised(self, **members: Any) -> Change:
        return replace(self, revision=self.revision + 1, **members)

    def over(self, current: dict[str, Any] | None) -> Change:
        """A draft over the entry as that reads now: what was recorded since it was drafted stays.

        ``current``: the entry without this draft; an announced change is what was announced.
        """
        if self.status != "draft" or self.kind == "add" or not current:
            return self
        if self.kind != "modify" or not self.previous or not self.content:
            return replace(self, previous=current)
        return replace(
            self, previous=current, content=carried(self.previous, current, self.content)
        )

    def dated(self, today: date) -> Change:
        """The change, what it states of the entry for the first time stated ``today``."""
        return replace(self, content=self.content and dated(self.content, self.previous, today))

    def check_seen(self, seen: int | None) -> None:
        """Raises ``PreconditionFailed`` when the caller has read another revision than this one."""
        if seen not in (None, self.revision):
            raise PreconditionFailed

    def edited(self, members: Mapping[str, Any], seen: int | None, actor: str) -> Change:
        """A draft with other contents, which must be approved anew."""
        if self.status == "announced":
            raise NotInThisStatus("It is announced; to alter it, withdraw it and announce another.")
        self.must_be("draft")
        self.check_seen(seen)
        emergency = self.emergency and replace(self.emergency, approved_by=())
        prepared_by = tuple(dict.fromkeys((*self.prepared_by, actor)))
        anew = {"emergency": emergency, "prepared_by": prepared_by, "approved_by": ()}
        return self.revised(**{**anew, **members})

    def announced(
        self, at: datetime, told: Audience, sequence: int, words: Sequence[str] = ()
    ) -> Change:
        """The change, announced. Only the ledger keeps the arithmetic of its groups.

        ``words``: its materiality by the table of this day; a later table does not alter it.
        """
        self.must_be("draft")
        bare = tuple(replace(group, arithmetic=(), covers=()) for group in told.concerned)
        return self.revised(
            status="announced",
            announced_at=at,
            groups=bare,
            owes=owed_to(told.concerned),
            scope=told.scopes.get(self.id, told.scope),
            recipients_version=told.version,
            sequence=sequence,
            materiality=tuple(words),
        )

    def withdrawn(self, at: datetime, reason: str) -> Change:
        if self.is_private:
            raise NotInThisStatus("It was never announced; discard it with DELETE.")
        if self.status != "announced":
            raise NotInThisStatus(f"The change is {self.status.replace('_', ' ')}; it stays.")
        return self.revised(status="withdrawn", ended_at=at, withdrawal_reason=reason)

    def check_discard(self, seen: int | None) -> None:
        """Raises ``NotInThisStatus`` for what was announced, which stands for good."""
        if not self.is_private:
            raise NotInThisStatus("It was announced; until its effective day it can be withdrawn.")
        self.check_seen(seen)

    def in_effect(self, at: datetime) -> Change:
        self.must_be("announced")
        return self.revised(status="in_effect", ended_at=at)

    def must_be(self, status: Status) -> None:
        if self.status != status:
            raise NotInThisStatus(
                f"The change is {self.status.replace('_', ' ')}, not {status.replace('_', ' ')}."
            )

    def declared(self, justification: str, actor: str) -> Change:
        """An emergency, which must be approved as such."""
        self.must_be("draft")
        return self.revised(emergency=Emergency(justification, actor), approved_by=())

    def approved(self, actor: str, hands: Hands) -> Change:
        """Raises what ``Signatures.check`` raises."""
        self.must_be("draft")
        self.signatures.check(actor, hands)
        if self.emergency is None:
            return self.revised(approved_by=(*self.approved_by, hands.approver(actor)))
        approvers = (*self.emergency.approved_by, actor)
        return self.revised(emergency=replace(self.emergency, approved_by=approvers))

    def terms_of(self, terms: Mapping[str, Any], authorisation: str | None) -> NoticeTerms:
        """What an agreement's notice terms say of this change; of one that was announced with
        others, the strictest of what they say of each."""
        kinds = self.kinds_together or (self.kind,)
        agreed = NoticeTerms.strictest(
            [NoticeTerms.parse(terms, authorisation, kind) for kind in kinds]
        )
        return agreed.in_emergency() if self.emergency else agreed

    def group(self, key: str) -> Group | None:
        return next((group for group in self.groups if group.key == key), None)


def owed_to(groups: Sequence[Group]) -> str:
    """What the change owes the customers: information, if none of them is owed notice."""
    informed = bool(groups) and all(group.owes == INFORMATION for group in groups)
    return INFORMATION if informed else NOTICE


def check_day(effective_on: date, today: date) -> None:
    """Raises ``EffectiveDayPassed`` for a day before ``today``."""
    if effective_on < today:
        raise EffectiveDayPassed(f"{effective_on} lies before {today}.")


def check_notice(effective_on: date, groups: Sequence[Group]) -> None:
    """Raises ``NoticePeriodTooShort`` unless the day suits every agreement concerned."""
    blocking = [group for group in groups if group.allows_from > effective_on]
    if not blocking:
        return
    earliest = max(group.allows_from for group in groups)
    raise NoticePeriodTooShort(
        f"The earliest day that every agreement allows is {earliest}.",
        context={
            "earliest_effective_on": earliest.isoformat(),
            "blocking": [_blocking(group) for group in blocking],
        },
    )


def _allowed_from(cover: Cover, earliest: date) -> date:
    """The first effective day that keeps the promise of one agreement, whose period lets the change
    reach its customer on ``earliest``. One that begins no sooner holds nothing up, and one that has
    ended no longer does."""
    if cover.begins_on and cover.begins_on >= earliest:
        return date.min
    return min(earliest, cover.ends_on or earliest)


def _blocking(group: Group) -> dict[str, Any]:
    return {
        "notice_days": group.terms.get("notice_days"),
        "day_kind": group.terms.get("day_kind"),
        "notice": (group.terms.get("notice") or {}).get("length"),
        "customers": group.customers,
        "agreements": group.agreements,
        "earliest_effective_on": group.earliest_effective_on.isoformat(),
    }
