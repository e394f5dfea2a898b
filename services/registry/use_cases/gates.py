"""The go-live gate, asked by a CI job or a router before data flows.

Every answer is computed from current data, and nothing is cached between requests: a gate that
stays open a second too long lets data out that cannot be called back. Within one request each item
is read once, so a hundred questions about one customer cost little more than one.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, TypeVar, cast

from services.registry.clients import Bond, Relation
from services.registry.model.changes import Change
from services.registry.model.gate import Gate, Standing, judge
from services.registry.model.objections import Objection
from services.registry.model.register import EntryUnknown, Register, Row
from services.registry.model.scopes import side_of
from services.registry.use_cases.jurisdiction import today_at
from services.registry.use_cases.standings import (
    Receipts,
    concerned_by,
    customers_day,
    dates_of,
    is_only_informed,
    owed_notices,
    receipts_for,
    standing,
    unaware_of,
)
from services.registry.wiring import Deps
from shared.auth import Caller
from shared.errors import NotFound
from shared.scope import Scope, Side

T = TypeVar("T")


@dataclass(frozen=True)
class Question:
    """``processor`` is its slug; ``on`` a day, today where the processor sits if None."""

    processor: str
    sub_processor_id: str
    controller_id: str
    on: date | None = None


@dataclass(frozen=True)
class Reading:
    """The questions of one request, and what has been read to answer them."""

    deps: Deps
    caller: Caller
    questions: Sequence[Question]
    known: dict[Hashable, Any] = field(default_factory=dict)

    def once(self, key: Hashable, read: Callable[[], T]) -> T:
        """What ``read`` returned for this key; it is called for the first question only."""
        if key not in self.known:
            self.known[key] = read()
        return cast("T", self.known[key])


@dataclass(frozen=True)
class CustomerRecord:
    """One customer's dealings with a register, for the entries that a request asks about."""

    changes: Sequence[Change]
    receipts: Receipts
    objections: Mapping[str, Objection]
    approved: frozenset[str]


def gate(deps: Deps, caller: Caller, question: Question) -> Gate:
    """May this customer's data flow to this sub-processor on that day?

    Raises ``EntryUnknown``, or ``NotFound`` for a register that the caller may not see.
    """
    return _answer(Reading(deps, caller, [question]), question)


def gates(deps: Deps, caller: Caller, questions: Sequence[Question]) -> list[Gate | NotFound]:
    """The answers in the order of the questions; a refusal stands in the place of an answer."""
    reading = Reading(deps, caller, questions)
    return [_answer_or_refusal(reading, question) for question in questions]


def _answer_or_refusal(reading: Reading, question: Question) -> Gate | NotFound:
    try:
        return _answer(reading, question)
    except NotFound as refusal:
        return refusal


def _answer(reading: Reading, asked: Question) -> Gate:
    deps, sub_id = reading.deps, asked.sub_processor_id
    register = reading.once(asked.processor, lambda: deps.stores.registers.by_slug(asked.processor))
    if not reading.caller.sees(register.id, asked.controller_id):
        raise NotFound("There is no such register.")
    rows = reading.once(("rows", sub_id), lambda: deps.stores.rows.of(sub_id))
    rows = [row for row in rows if row.processor_id == register.id]
    if not rows and not _drafted(reading, register, sub_id):
        raise EntryUnknown
    relation = reading.once(
        (register.id, asked.controller_id),
        lambda: deps.agreements.relation(register.id, asked.controller_id),
    )
    on = asked.on or today_at(deps, register)
    bonds = _concerned(relation, rows, on)
    shut = _without_agreement(relation, bonds, on)
    in_force = [bond for bond in bonds if bond.in_force_on(on)]
    if shut or relation is None:
        return judge(rows, on, shut, [])
    record = reading.once(
        ("record", register.id, asked.controller_id),
        lambda: _customer_record(reading, register, asked, relation),
    )
    if asked.on is None:
        # Where the customer's days are others, today is over only when it is over for both.
        on = min(on, _customers_day(deps, register, record, in_force))
    return judge(rows, on, None, _standings(register, record, sub_id, in_force))


def _drafted(reading: Reading, register: Register, sub_id: str) -> bool:
    """A draft is its processor's own: to a customer it does not exist."""
    drafts = reading.deps.stores.changes
    return reading.caller.sees(register.id) and drafts.has_draft(register.id, sub_id)


def _customers_day(
    deps: Deps, register: Register, record: CustomerRecord, bonds: Sequence[Bond]
) -> date:
    owed = [notice for change in record.changes for notice in owed_notices(change, bonds)]
    return customers_day(register, deps.now(), owed)


def _concerned(relation: Relation | None, rows: Sequence[Row], on: date) -> list[Bond]:
    """The agreements that the entry concerns as it reads on that day, or else in its first row."""
    row = next((row for row in rows if row.on(on)), rows[0] if rows else None)
    scope = Scope(on, (side_of(row.sub_processor_id, row.content, {}) if row else Side(),))
    bonds = relation.bonds if relation else ()
    return [bond for bond in bonds if scope.concerns(bond.cover, bond.customer_id)]


def _without_agreement(relation: Relation | None, bonds: Sequence[Bond], on: date) -> Gate | None:
    if any(bond.in_force_on(on) for bond in bonds):
        return None
    later = [bond.effective_from for bond in bonds if bond.status == "active"]
    if any(day > on for day in later):
        reason = "The agreement takes effect on that day."
        return Gate("blocked_until", min(later), reason, "agreement-to-come")
    if relation is not None and any(bond.in_force_on(on) for bond in relation.bonds):
        reason = "It serves none of this customer's products."
        return Gate("not_notified", None, reason, "other-products")
    reason = "No agreement with this customer is in force."
    return Gate("not_notified", None, reason, "no-agreement")


def _customer_record(
    reading: Reading, register: Register, asked: Question, relation: Relation
) -> CustomerRecord:
    """Read once for all questions about this customer: its receipts come from another service."""
    deps, who = reading.deps, asked.controller_id
    entries = {
        question.sub_processor_id
        for question in reading.questions
        if (question.processor, question.controller_id) == (asked.processor, who)
    }
    keys = {terms["key"] for bond in relation.bonds for terms in bond.history if terms["key"]}
    changes = deps.stores.changes.concerning(entries, keys, register.id)
    ids = [change.id for change in changes]
    groups = [group for change in changes for group in change.groups]
    asks = any(group.silence == "refusal" for group in groups) or any(
        unaware_of(change, relation.bonds) for change in changes
    )
    return CustomerRecord(
        changes=changes,
        receipts=receipts_for(deps, changes, relation.bonds),
        objections=deps.stores.objections.by(who, ids) if ids else {},
        approved=deps.stores.approvals.given(ids, who) if ids and asks else frozenset(),
    )


def _standings(
    register: Register, record: CustomerRecord, sub_id: str, bonds: Sequence[Bond]
) -> list[Standing]:
    def stands(change: Change, concerned: Sequence[Bond]) -> Standing:
        dates = dates_of(register, change, owed_notices(change, concerned), record.receipts)
        objection, approved = record.objections.get(change.id), change.id in record.approved
        return standing(change, concerned, dates, objection, approved)

    changes = (change for change in record.changes if change.subject_id == sub_id)
    concerned = ((change, concerned_by(change, bonds)) for change in changes)
    # What only informs keeps nobody waiting.
    return [
        stands(change, of_them)
        for change, of_them in concerned
        if of_them and not is_only_informed(change, of_them)
    ]
