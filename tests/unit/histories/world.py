"""One customer, one entry, and all that happens to both, seen by the rules of two services.

Nothing here decides: the days come from `registry` (gate, portal, the door for objections) and from
`notices` (evidence, message), each from what that service would have stored.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from services.notices.fan_out.targets import noticed
from services.notices.model.entries import group_from
from services.notices.model.evidence import Days, days_of
from services.notices.model.late_notices import as_of
from services.notices.model.messages import Event
from services.notices.model.receipts import Moments, moments_of
from services.notices.model.recipients import RecipientRow
from services.registry.clients import Bond, Receipt
from services.registry.ledger_entries import group_on_wire
from services.registry.model.changes import Audience, Change, Emergency
from services.registry.model.gate import Gate, Standing, judge
from services.registry.model.objections import Objection
from services.registry.model.register import FOREVER, Register, Row
from services.registry.model.scopes import Concerned, everybody
from services.registry.use_cases.notice_terms import counted_group
from services.registry.use_cases.standings import (
    CustomerDates,
    OwedNotice,
    check_may_object,
    dates_of,
    owed_notices,
    standing,
)
from shared.errors import DomainError
from shared.scope import Cover

MORNING = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
REGISTER = Register("org_1", "vendor", "Vendor", "DK", "da", "Europe/Copenhagen", MORNING)
ADD = "chg_add"


@dataclass
class Agreement:
    """``since`` and ``until``: versions of the processor's recipients (0007)."""

    id: str
    terms: dict[str, Any]
    authorisation: str | None
    since: int
    signed_on: date
    accepted: frozenset[str]
    until: int | None = None
    ended_on: date | None = None

    @property
    def bond(self) -> Bond:
        history = [{"since_version": self.since, "key": self.id}]
        history += [{"since_version": self.until, "key": None}] if self.until else []
        refusal = self.authorisation != "general" or self.terms.get("silence") == "refusal"
        return Bond(
            self.id, "terminated" if self.until else "active", Cover(), self.signed_on,
            self.ended_on, refusal, tuple(history), self.ended_on,
            list_accepted_on=self.signed_on, accepted_changes=self.accepted,
        )  # fmt: skip


@dataclass
class World:
    now: datetime = MORNING
    version: int = 0
    agreements: list[Agreement] = field(default_factory=list)
    changes: dict[str, Change] = field(default_factory=dict)
    events: dict[str, Event] = field(default_factory=dict)
    moments: dict[tuple[str, str], Moments] = field(default_factory=dict)
    objections: dict[str, Objection] = field(default_factory=dict)
    approved: set[str] = field(default_factory=set)

    @property
    def today(self) -> date:
        return self.now.date()

    # What happens

    def sign(self, terms: dict[str, Any], authorisation: str | None, *, lists: bool) -> None:
        """``lists``: whether the signed list names the changes that are to come."""
        coming = [each.id for each in self.live if each.effective_on > self.today]
        self.version += 1
        name = f"agr_{len(self.agreements)}"
        made = Agreement(name, terms, authorisation, self.version, self.today,
                         frozenset(coming if lists else ()))  # fmt: skip
        self.agreements.append(made)

    def end(self, agreement: Agreement) -> None:
        self.version += 1
        agreement.until, agreement.ended_on = self.version, self.today

    def announce(self, kind: Any, days: int, *, emergency: bool) -> Change:
        """For the first day that all agreements allow, and ``days`` later; in an emergency for a
        day after so many."""
        declared = Emergency("Insolvent.", "cli_1", ("cli_1", "cli_2")) if emergency else None
        name = f"chg_{kind}"
        change = Change(name, "org_1", kind, "sub_1", self.today + timedelta(days), "Why", self.now,
                        emergency=declared)  # fmt: skip
        groups = self._groups(change)
        if not emergency:
            first = max([self.today, *(group.earliest_effective_on for group in groups)])
            change = replace(change, effective_on=first + timedelta(days))
            groups = self._groups(change)
        self.changes[name] = change.announced(self.now, self._audience(change, groups), 1)
        told = [group_from(group_on_wire(group, self.changes[name])) for group in groups]
        self.events[name] = Event(
            f"evt_{name}", f"sub_processor.change.{'emergency' if emergency else 'announced'}", "",
            {"id": "org_1"}, "", "", change_id=name, groups=tuple(told),
            effective_on=str(change.effective_on), time_zone=REGISTER.time_zone,
        )  # fmt: skip
        return self.changes[name]

    def happens(self, change_id: str, agreement_id: str, what: str) -> None:
        """A notice is sent, delivered (and so sent) or acknowledged, for the first time."""
        key = change_id, agreement_id
        known = self.moments.get(key, Moments())
        sent, delivered, acknowledged = (
            known.sent_at, known.delivered_at, known.acknowledged_at
        )  # fmt: skip
        if what == "acknowledged":
            acknowledged = acknowledged or self.now
        else:
            sent = sent or self.now
            delivered = delivered or (self.now if what == "delivered" else None)
        self.moments[key] = Moments(sent, delivered, acknowledged)

    # What each service says

    @property
    def live(self) -> list[Change]:
        return [each for each in self.changes.values() if each.status != "withdrawn"]

    @property
    def bonds(self) -> list[Bond]:
        return [agreement.bond for agreement in self.agreements]

    @property
    def receipts(self) -> Mapping[tuple[str, str], Receipt]:
        known = {key: self.happened(*key) for key in self.moments}
        return {
            key: Receipt(each.sent_at, each.delivered_at, each.acknowledged_at)
            for key, each in known.items()
        }

    def happened(self, change_id: str, agreement_id: str) -> Moments:
        known = self.moments.get((change_id, agreement_id), Moments())
        sent = Moments(known.sent_at, known.delivered_at)
        return moments_of(known.acknowledged_at, [sent])

    def owed(self, change: Change) -> list[OwedNotice]:
        return owed_notices(change, self.bonds)

    def portal(self, change: Change) -> CustomerDates:
        return dates_of(REGISTER, change, self.owed(change), self.receipts)

    def evidence(self, change: Change, agreement_id: str) -> Days:
        event, notice = self._notice(change, agreement_id)
        group = event.group(agreement_id)
        return days_of(event, group, notice, self.happened(change.id, agreement_id))

    def message(self, change: Change, agreement_id: str) -> dict[str, Any]:
        event, notice = self._notice(change, agreement_id)
        return as_of(event, notice, self.happened(change.id, agreement_id), self.now)

    def door(self, change: Change) -> str | None:
        """The code of the refusal that an objection gets now; None: it is taken."""
        try:
            check_may_object(REGISTER, change, self.bonds, self.receipts, self.now)
        except DomainError as refused:
            return refused.code
        return None

    def bonds_on(self, on: date) -> list[Bond]:
        return [bond for bond in self.bonds if bond.in_force_on(on)]

    def standings(self, on: date) -> list[Standing]:
        return [self._standing(change, self.bonds_on(on)) for change in self.live]

    def _standing(self, change: Change, bonds: list[Bond]) -> Standing:
        dates = dates_of(REGISTER, change, owed_notices(change, bonds), self.receipts)
        found, approved = self.objections.get(change.id), change.id in self.approved
        return standing(change, bonds, dates, found, approved)

    def gate(self, on: date) -> Gate | None:
        """None while no agreement is in force on that day."""
        if not self.bonds_on(on):
            return None
        return judge(self._rows(), on, None, self.standings(on))

    def _rows(self) -> list[Row]:
        live = sorted(self.live, key=lambda each: each.kind)
        if not live or live[0].id != ADD:
            return []
        return [Row("row_1", "org_1", "sub_1", 1, {}, live[0].effective_on, FOREVER, MORNING, ADD)]

    def _groups(self, change: Change) -> list[Any]:
        binding = [each for each in self.agreements if each.until is None]
        answers: list[dict[str, Any]] = [
            {"key": each.id, "terms": each.terms, "authorisation": each.authorisation}
            for each in binding
        ]
        one = Concerned(1, 1, (Cover(),))
        return [counted_group(REGISTER, self.now, answer, one, change, [(change.kind, ())])
                for answer in answers]  # fmt: skip

    def _audience(self, change: Change, groups: list[Any]) -> Audience:
        return Audience(everybody(change.effective_on), tuple(groups), self.version)

    def _notice(self, change: Change, agreement_id: str) -> tuple[Event, dict[str, Any]]:
        event = self.events[change.id]
        row = RecipientRow(agreement_id, "org_2", ["email"], agreement_id, Cover())
        notice = noticed(event, row).notice
        assert notice is not None
        return event, dict(notice)
