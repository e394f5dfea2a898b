"""The go-live gate, asked by a CI job or a router before data flows.

Every answer is made from what holds at that moment: nothing is kept from one request to the next,
for a gate that is open a second too long lets data go that nobody can call back. One request reads
each thing once, so a hundred questions about one customer cost little more than one.
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
from services.registry.use_cases.jurisdiction import today_at
from services.registry.use_cases.standings import (
    Receipts,
    dates_of,
    receipts_for,
    standing,
    told_of,
)
from services.registry.wiring import Deps
from shared.auth import Caller
from shared.errors import NotFound

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
    """What has been read for this request, and all that it asks."""

    deps: Deps
    caller: Caller
    questions: Sequence[Question]
    known: dict[Hashable, Any] = field(default_factory=dict)

    def once(self, key: Hashable, read: Callable[[], T]) -> T:
        if key not in self.known:
            self.known[key] = read()
        return cast("T", self.known[key])


@dataclass(frozen=True)
class Dealings:
    """All between one customer and a register that the questions of a request are about."""

    changes: Sequence[Change]
    receipts: Receipts
    objections: Mapping[str, Objection]
    approved: frozenset[str]


def gate(deps: Deps, caller: Caller, question: Question) -> Gate:
    """May this customer's data flow to this sub-processor on that day?

    Raises ``EntryUnknown``, or ``NotFound`` for a register that is none of the caller's business.
    """
    return _answer(Reading(deps, caller, [question]), question)


def gates(deps: Deps, caller: Caller, questions: Sequence[Question]) -> list[Gate | NotFound]:
    """The answers in the order of the questions; what one of them refuses is its answer."""
    reading = Reading(deps, caller, questions)
    return [_answer_or_refusal(reading, each) for each in questions]


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
    # A draft is its processor's own: to a customer it does not exist.
    drafted = reading.caller.sees(register.id) and deps.stores.changes.has_draft(
        register.id, sub_id
    )
    if not rows and not drafted:
        raise EntryUnknown
    relation = reading.once(
        (register.id, asked.controller_id),
        lambda: deps.agreements.relation(register.id, asked.controller_id),
    )
    on = asked.on or today_at(deps, register)
    bonds = _concerned(relation, rows, on)
    shut = _without_agreement(relation, bonds, on)
    in_force = [each for each in bonds if each.in_force_on(on)]
    if shut or relation is None:
        return judge(rows, on, shut, [])
    found = reading.once(
        ("dealings", register.id, asked.controller_id),
        lambda: _dealings(reading, register, asked, relation),
    )
    return judge(rows, on, None, _standings(register, found, sub_id, in_force))


def _concerned(relation: Relation | None, rows: Sequence[Row], on: date) -> list[Bond]:
    """The agreements that have to do with the entry, as it reads on that day or first comes."""
    row = next((each for each in rows if each.on(on)), rows[0] if rows else None)
    products = row.content["products"] if row else ()
    return [each for each in relation.bonds if each.concerns(products)] if relation else []


def _without_agreement(relation: Relation | None, bonds: Sequence[Bond], on: date) -> Gate | None:
    if any(each.in_force_on(on) for each in bonds):
        return None
    later = [each.effective_from for each in bonds if each.status == "active"]
    if any(day > on for day in later):
        reason = "The agreement takes effect on that day."
        return Gate("blocked_until", min(later), reason, "agreement-to-come")
    if relation is not None and any(each.in_force_on(on) for each in relation.bonds):
        reason = "It serves none of this customer's products."
        return Gate("not_notified", None, reason, "other-products")
    reason = "No agreement with this customer is in force."
    return Gate("not_notified", None, reason, "no-agreement")


def _dealings(
    reading: Reading, register: Register, asked: Question, relation: Relation
) -> Dealings:
    """Read for all questions about this customer at once: whether its notices were sent is asked
    of another service."""
    deps, who = reading.deps, asked.controller_id
    entries = {
        each.sub_processor_id
        for each in reading.questions
        if (each.processor, each.controller_id) == (asked.processor, who)
    }
    keys = {each["key"] for bond in relation.bonds for each in bond.history if each["key"]}
    changes = deps.stores.changes.concerning(entries, keys, register.id)
    ids = [each.id for each in changes]
    asks = any(each.silence_is_no for each in relation.bonds) or any(
        group.silence == "refusal" for each in changes for group in each.groups
    )
    return Dealings(
        changes=changes,
        receipts=receipts_for(deps, changes, relation.bonds),
        objections=deps.stores.objections.by(who, ids) if ids else {},
        approved=deps.stores.approvals.given(ids, who) if ids and asks else frozenset(),
    )


def _standings(
    register: Register, found: Dealings, sub_id: str, bonds: Sequence[Bond]
) -> list[Standing]:
    def stands(change: Change) -> Standing:
        dates = dates_of(register, change, told_of(change, bonds), found.receipts)
        objection, approved = found.objections.get(change.id), change.id in found.approved
        return standing(change, bonds, dates, objection, approved)

    return [stands(each) for each in found.changes if each.subject_id == sub_id]
