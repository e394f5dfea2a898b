"""What a customer reads of changes: its own days, what it has answered, and what it may answer."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from services.registry.clients import Relation
from services.registry.clock import Step
from services.registry.model.answers import Position, answers_open
from services.registry.model.changes import Change
from services.registry.model.objections import Objection, OfferLapsed, check_acceptable
from services.registry.model.register import Register
from services.registry.use_cases.change_views import before_and_after, words_told
from services.registry.use_cases.jurisdiction import law_of, today_at
from services.registry.use_cases.readers import Reader
from services.registry.use_cases.standings import (
    CustomerDates,
    OwedNotice,
    Receipts,
    arithmetic_of,
    check_may_object,
    concerned_by,
    customers_day,
    dates_of,
    owed_notices,
    receipts_for,
    standing,
)
from services.registry.wiring import Deps
from shared.auth import Caller
from shared.errors import Conflict


def customer_changes(deps: Deps, caller: Caller, change_ids: list[str]) -> list[dict[str, Any]]:
    """Status of changes, each with this customer's own days, objection and approval.

    A former customer finds those that it was owed notice of.
    """
    announced = [
        change for change in deps.stores.changes.among(change_ids) if not change.is_private
    ]
    objections = deps.stores.objections.by(caller.org_id, change_ids)
    approvals = deps.stores.approvals.by(caller.org_id, change_ids)
    items = []
    for processor_id in dict.fromkeys(change.processor_id for change in announced):
        changes = [change for change in announced if change.processor_id == processor_id]
        owns = list(_own(deps, caller, processor_id, changes))
        contents = _contents(deps, caller.org_id, owns)
        for own in owns:
            objection, approval = objections.get(own.change.id), approvals.get(own.change.id)
            position = own.position(deps.now(), objection, approved=approval is not None)
            items.append(
                {
                    "change": own.change,
                    "processor": own.register,
                    **contents[own.change.id],
                    "dates": own.dates,
                    "arithmetic": [step.to_all_languages() for step in own.steps],
                    "objection": objection,
                    "approved": approval is not None,
                    "approval": approval,
                    "may": answers_open(position),
                    "window": position.window,
                }
            )
    return items


def _contents(deps: Deps, org_id: str, owns: Sequence[_Own]) -> dict[str, dict[str, Any]]:
    """What each change of one processor says, by its id, as far as its customer may read it."""
    if not owns:
        return {}
    register, relation = owns[0].register, owns[0].relation
    told = words_told(deps, register, [own.change for own in owns])
    reader = Reader(register, org_id, relation, today_at(deps, register))
    law = law_of(deps, register)
    return {
        own.change.id: {
            "materiality": list(told.get(own.change.id, ())),
            **{
                name: entry and reader.shown(entry)
                for name, entry in before_and_after(own.change, law).items()
            },
        }
        for own in owns
    }


@dataclass(frozen=True)
class _Own:
    """A change that a customer may see, with its own days and their arithmetic."""

    register: Register
    change: Change
    relation: Relation
    receipts: Receipts

    @property
    def _about(self) -> tuple[Register, Change, Sequence[OwedNotice], Receipts]:
        owed = owed_notices(self.change, self.relation.bonds)
        return self.register, self.change, owed, self.receipts

    @property
    def dates(self) -> CustomerDates:
        return dates_of(*self._about)

    @property
    def steps(self) -> tuple[Step, ...]:
        return arithmetic_of(*self._about)

    def position(self, now: datetime, objection: Objection | None, *, approved: bool) -> Position:
        """What decides which answers the customer may give now."""
        concerned = concerned_by(self.change, self.relation.bonds)
        about = (self.change, concerned, self.dates, objection)
        return Position(
            withdrawn=self.change.status == "withdrawn",
            bound=self.relation.ended_on is None,
            window=self._window(now),
            asks=standing(*about, approved=False).awaits_approval,
            approved=approved,
            objection=objection.status if objection else None,
            offer_open=objection is not None and self._is_offer_open(now, objection),
        )

    def _window(self, now: datetime) -> str | None:
        """The code of the refusal that an objection would meet; None for none."""
        bonds = self.relation.bonds
        try:
            check_may_object(self.register, self.change, bonds, self.receipts, now)
        except Conflict as refusal:
            return refusal.code
        return None

    def _is_offer_open(self, now: datetime, objection: Objection) -> bool:
        owed = owed_notices(self.change, self.relation.bonds)
        try:
            check_acceptable(objection, customers_day(self.register, now, owed))
        except OfferLapsed:
            return False
        return True


def _own(
    deps: Deps, caller: Caller, processor_id: str, changes: Sequence[Change]
) -> Iterator[_Own]:
    """Those of a processor's changes that this customer may see."""
    relation = deps.agreements.relation(processor_id, caller.org_id)
    if relation is None:
        return
    register, bonds = deps.stores.registers.get(processor_id), relation.bonds
    is_over = relation.ended_on is not None
    visible = [change for change in changes if owed_notices(change, bonds) or not is_over]
    receipts = receipts_for(deps, visible, bonds)
    for change in visible:
        yield _Own(register, change, relation, receipts)
