"""Letters: what a customer said outside Art28 counts like its own act, on the day it came."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from services.registry import events, ledger_entries
from services.registry.clients import Relation
from services.registry.model.changes import Change
from services.registry.model.letters import (
    AcknowledgedAlready,
    Letter,
    NoticeUnderway,
    check_received,
    check_withdraws,
)
from services.registry.model.objections import NotNotified
from services.registry.model.register import Register
from services.registry.use_cases import files, objections
from services.registry.use_cases.jurisdiction import day_at, today_at
from services.registry.use_cases.permissions import own_change
from services.registry.use_cases.standings import owed_notices, receipts_for
from services.registry.wiring import Deps
from shared.auth import Caller
from shared.errors import NotFound
from shared.mongo import Session
from shared.pagination import Page, PageRequest


def record(
    deps: Deps, caller: Caller, slug: str, change_id: str, body: Mapping[str, Any]
) -> Letter:
    """Record what a customer said about a change; it counts like the customer's own act, judged by
    the day on which it came, and the customer is told of it.

    Raises ``NotFound`` for who is no customer, ``ReceivedInFuture``, ``ReceivedBeforeNotice``,
    ``ReceivedBeforeObjection``, ``LetterRecorded``, or what the act itself raises; then nothing is
    saved.
    """
    register, change = own_change(deps, caller, slug, change_id)
    relation = _customer(deps, register, change, body["controller_id"])
    announced_on = day_at(change.announced_at or deps.now(), register)
    check_received(body["received_on"], today_at(deps, register), announced_on)
    file = files.named(deps, caller, body["file_id"])
    letter = Letter(
        id=deps.new_id("let"),
        change_id=change.id,
        processor_id=register.id,
        controller_id=body["controller_id"],
        kind=body["kind"],
        received_on=body["received_on"],
        text=body["text"],
        recorded_at=deps.now(),
        recorded_by=caller.client_id,
        file_id=file.id if file else None,
        file={"name": file.name, "sha256": file.sha256} if file else None,
    )
    letter = _ACTS[letter.kind](deps, caller, change, relation, letter, body)
    return deps.mongo.transact(lambda session: _keep(deps, register, relation, letter, session))


def of_change(deps: Deps, caller: Caller, slug: str, change_id: str, request: PageRequest) -> Page:
    """The letters that were recorded about a change, the newest first."""
    _, change = own_change(deps, caller, slug, change_id)
    return deps.stores.letters.page(change.id, request)


Act = Callable[[Deps, Caller, Change, Relation, Letter, Mapping[str, Any]], Letter]


def _acknowledge(
    deps: Deps, _: Caller, change: Change, relation: Relation, letter: Letter, __: Any
) -> Letter:
    """`notices` acknowledges when the ledger entry reaches it; here is checked that it can."""
    if not owed_notices(change, relation.bonds):
        raise NotNotified
    receipts = list(receipts_for(deps, [change], relation.bonds).values())
    if not receipts:
        raise NoticeUnderway
    if all(receipt.acknowledged_at for receipt in receipts):
        raise AcknowledgedAlready
    return letter


def _object(
    deps: Deps, caller: Caller, _: Change, __: Relation, letter: Letter, body: Mapping[str, Any]
) -> Letter:
    said = objections.Said(letter.received_on, letter.received_at)
    made = objections.object_to(
        deps,
        _as_customer(caller, letter),
        letter.change_id,
        body["grounds"],
        letter.text,
        body["change_ids"],
        said,
    )
    return replace(letter, objection_id=made[0].id)


def _approve(
    deps: Deps, caller: Caller, _: Change, __: Relation, letter: Letter, ___: Any
) -> Letter:
    said = objections.Said(letter.received_on, letter.received_at)
    objections.approve(deps, _as_customer(caller, letter), letter.change_id, said)
    return letter


def _withdraw_objection(
    deps: Deps, caller: Caller, _: Change, __: Relation, letter: Letter, ___: Any
) -> Letter:
    by_change = deps.stores.objections.by(letter.controller_id, [letter.change_id])
    if letter.change_id not in by_change:
        raise NotFound("This customer has made no objection to the change.")
    made = by_change[letter.change_id]
    register = deps.stores.registers.get(made.processor_id)
    check_withdraws(letter.received_on, day_at(made.received_at, register))
    objections.answer(deps, _as_customer(caller, letter), made.id, "withdrawn")
    return replace(letter, objection_id=made.id)


_ACTS: Mapping[str, Act] = {
    "acknowledgement": _acknowledge,
    "objection": _object,
    "approval": _approve,
    "objection_withdrawn": _withdraw_objection,
}


def _customer(deps: Deps, register: Register, change: Change, controller_id: str) -> Relation:
    """The customer of a change that was announced. ``NotFound`` is the same for a stranger and for
    who does not exist."""
    if change.announced_at is None:
        raise NotFound("Nobody was told of this change; announce it first.")
    relation = deps.agreements.relation(register.id, controller_id)
    if relation is None:
        raise NotFound("There is no such customer of yours.")
    return relation


def _as_customer(caller: Caller, letter: Letter) -> Caller:
    """The ledger names the vendor's client as the actor, and the customer as who has said it."""
    return replace(caller, org_id=letter.controller_id)


def _keep(
    deps: Deps, register: Register, relation: Relation, letter: Letter, session: Session
) -> Letter:
    deps.stores.letters.add(letter, session)
    if letter.file_id:
        deps.stores.files.use(letter.processor_id, letter.file_id, letter.recorded_at, session)
    agreements = [bond.agreement_id for bond in relation.bonds]
    public, private = ledger_entries.letter(register, letter, agreements)
    deps.ledger.append(
        session,
        register.stream,
        events.LETTER_RECORDED,
        public,
        at=letter.recorded_at,
        actor=letter.recorded_by,
        private=private,
    )
    deps.stores.registers.touch(register.id, letter.recorded_at, session)
    return letter
