"""Objections and approvals: the customer's side of a change, and the processor's answer."""

from __future__ import annotations

from typing import Any

from services.registry import events, telling
from services.registry.clients import Relation
from services.registry.model.changes import Change, Group, NotInThisStatus
from services.registry.model.objections import (
    Approval,
    NotNotified,
    Objection,
    ObjectionWindowClosed,
    Status,
    check_in_time,
)
from services.registry.model.register import Register
from services.registry.use_cases import Deps, own_register, today_at
from shared.auth import Caller
from shared.errors import NotFound
from shared.mongo import Session
from shared.pagination import Page, PageRequest


def object_to(deps: Deps, caller: Caller, change_id: str, grounds: str, text: str) -> Objection:
    """Raises ``ObjectionWindowClosed``, ``NotNotified`` or ``ObjectionExists``."""
    change, register, relation, group = _notified(deps, caller, change_id)
    if change.status != "announced":
        raise ObjectionWindowClosed(f"The change is {change.status.replace('_', ' ')}.")
    if not group.provisional:
        # Where the days run from a receipt, the window stays open until the change has effect.
        check_in_time(today_at(deps, register), group.objection_deadline)
    objection = Objection(
        id=deps.new_id("obj"), change_id=change.id, processor_id=register.id,
        controller_id=caller.org_id, agreement_id=relation.agreement_id,
        sub_processor_id=change.subject_id, grounds=grounds, text=text, received_at=deps.now(),
    )  # fmt: skip

    def work(session: Session) -> Objection:
        deps.objections.add(objection, session)
        _append(deps, register, objection, caller.client_id, session)
        return objection

    return deps.mongo.transact(work)


def approve(deps: Deps, caller: Caller, change_id: str) -> Approval:
    """The customer's own yes, which specific authorisation needs."""
    change, register, _, _ = _notified(deps, caller, change_id)
    if change.status not in ("announced", "in_effect"):
        raise NotInThisStatus
    approval = Approval(deps.new_id("apr"), change.id, caller.org_id, deps.now())

    def work(session: Session) -> Approval:
        deps.approvals.add(approval, session)
        deps.ledger.append(
            session, register.stream, events.APPROVED, {"change_id": change.id},
            at=approval.given_at, actor=caller.client_id,
            private={"controller_id": caller.org_id},
        )  # fmt: skip
        return approval

    return deps.mongo.transact(work)


def of_change(deps: Deps, caller: Caller, slug: str, change_id: str, request: PageRequest) -> Page:
    register = own_register(deps, caller, slug)
    if deps.changes.get(change_id).processor_id != register.id:
        raise NotFound("There is no such change.")
    return deps.objections.page(change_id, request)


def read(deps: Deps, caller: Caller, objection_id: str) -> Objection:
    """An objection as its two parties may read it."""
    found = deps.objections.get(objection_id)
    if not caller.sees(found.processor_id, found.controller_id):
        raise NotFound("There is no such objection.")
    return found


def settle(deps: Deps, caller: Caller, objection_id: str, to: Status, **members: Any) -> Objection:
    """The processor's step: acknowledge, offer mitigation, exclude, reject."""
    objection = deps.objections.get(objection_id)
    if objection.processor_id != caller.org_id:
        raise NotFound("There is no such objection.")
    return _move(deps, caller, objection, to, **members)


def offer(deps: Deps, caller: Caller, objection_id: str, mitigation: dict[str, str]) -> Objection:
    """Offer the customer something that meets its objection."""
    return settle(deps, caller, objection_id, "mitigation_offered", mitigation=mitigation)


def answer(deps: Deps, caller: Caller, objection_id: str, to: Status) -> Objection:
    """The customer's own step: withdraw, or accept what was offered."""
    objection = deps.objections.get(objection_id)
    if objection.controller_id != caller.org_id:
        raise NotFound("There is no such objection.")
    return _move(deps, caller, objection, to)


def customer_changes(deps: Deps, caller: Caller, change_ids: list[str]) -> list[dict[str, Any]]:
    """Status of changes, each with this customer's own objection and approval."""
    found = deps.changes.among(change_ids)
    objections = deps.objections.by(caller.org_id, change_ids)
    approved = deps.approvals.given(change_ids, caller.org_id)
    return [
        {
            "id": change.id,
            "status": change.status,
            "kind": change.kind,
            "effective_on": change.effective_on,
            "withdrawal_reason": change.withdrawal_reason,
            "objection": objections.get(change.id),
            "approved": change.id in approved,
        }
        for change in found
    ]


def _move(
    deps: Deps, caller: Caller, objection: Objection, to: Status, **members: Any
) -> Objection:
    register = deps.registers.get(objection.processor_id)
    moved = objection.moved(to, deps.now(), **members)

    def work(session: Session) -> Objection:
        deps.objections.replace(moved, session)
        _append(deps, register, moved, caller.client_id, session)
        return moved

    return deps.mongo.transact(work)


def _append(
    deps: Deps, register: Register, objection: Objection, actor: str, session: Session
) -> None:
    type_, public, private = telling.objection(register, objection)
    deps.ledger.append(session, register.stream, type_, public, at=deps.now(), actor=actor,
                       private=private)  # fmt: skip


def _notified(
    deps: Deps, caller: Caller, change_id: str
) -> tuple[Change, Register, Relation, Group]:
    """The change and this customer's group, if it was told. A stranger gets ``NotFound``."""
    change = deps.changes.get(change_id)
    relation = deps.agreements.relation(change.processor_id, caller.org_id)
    if relation is None or change.status == "draft":
        raise NotFound("There is no such change.")
    key = relation.key_at(change.recipients_version)
    group = change.group(key) if key else None
    if group is None:
        raise NotNotified
    return change, deps.registers.get(change.processor_id), relation, group
