"""Objections and approvals: the customer's side of a change, and the processor's answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from services.registry import events, ledger_entries
from services.registry.clients import Bond, Relation
from services.registry.clock import dates_for
from services.registry.model.changes import Change, NotInThisStatus
from services.registry.model.objections import (
    AgreementEnded,
    Approval,
    NotConcerned,
    Objection,
    Status,
    check_acceptable,
    check_in_notice,
    check_may_end,
    check_offer,
    statuses_of,
)
from services.registry.model.register import Register
from services.registry.use_cases.jurisdiction import today_at
from services.registry.use_cases.permissions import own_register
from services.registry.use_cases.standings import (
    check_may_object,
    concerned_by,
    customers_day,
    customers_latest_day,
    owed_notices,
    receipts_for,
    terms_for,
)
from services.registry.wiring import Deps
from shared.auth import Caller
from shared.errors import NotFound
from shared.mongo import Session
from shared.pagination import Page, PageRequest

# Who answered by the link in a mail (``AnsweredByShape``); None: a client of the customer.
By = Mapping[str, str] | None


@dataclass(frozen=True)
class Said:
    """When a customer said by letter what is recorded now: the day, which its days are judged by,
    and an instant of it."""

    on: date
    at: datetime


@dataclass(frozen=True)
class Words:
    """What a customer says against the changes of one request."""

    grounds: str
    text: str
    received_at: datetime
    made_by: dict[str, Any] | None

    def against(
        self, objection_id: str, change: Change, controller_id: str, bonds: Sequence[Bond]
    ) -> Objection:
        return Objection(
            id=objection_id,
            change_id=change.id,
            processor_id=change.processor_id,
            controller_id=controller_id,
            agreement_id=owed_notices(change, bonds)[0].bond.agreement_id,
            sub_processor_id=change.subject_id,
            effective_on=change.effective_on,
            **vars(self),
        )


def object_to(
    deps: Deps,
    caller: Caller,
    change_id: str,
    grounds: str,
    text: str,
    change_ids: Sequence[str] | None = None,
    said: Said | None = None,
    by: By = None,
) -> list[Objection]:
    """Record a customer's objections to a change and to others of the same notice, one to each.

    ``change_ids``: the changes it is against; None: all of the notice that were not withdrawn and
    that this customer has not objected to yet. ``said``: when it was said by letter; None: now.
    ``by``: the person who objects by the link in a mail. The window is the customer's own: after an
    emergency, and where the days run from a late receipt, it is open although the change has taken
    effect. Raises ``ObjectionWindowClosed``, ``OnlyInformed``, ``NotNotified``,
    ``AcceptedWithAgreement``, ``NotInThisNotice`` or ``ObjectionExists``; then none is recorded.
    """
    change, register, relation = _known_change(deps, caller, change_id)
    changes = _objected_to(deps, caller, change, relation.bonds, change_ids)
    receipts = receipts_for(deps, changes, relation.bonds)
    for each in changes:
        check_may_object(
            register, each, relation.bonds, receipts, deps.now(), said.on if said else None
        )
    words = Words(grounds, text, said.at if said else deps.now(), _kept(by))
    objections = [
        words.against(deps.new_id("obj"), each, caller.org_id, relation.bonds) for each in changes
    ]

    def work(session: Session) -> list[Objection]:
        for objection in objections:
            _check_not_withdrawn(deps, objection.change_id, session)
            deps.stores.objections.add(objection, session)
            _append(deps, register, objection, caller.client_id, session, by)
        return objections

    return deps.mongo.transact(work)


def _objected_to(
    deps: Deps,
    caller: Caller,
    change: Change,
    bonds: Sequence[Bond],
    named: Sequence[str] | None,
) -> list[Change]:
    """The changes of a notice that an objection is against, the one that is asked of first."""
    if named is not None:
        check_in_notice(named, change.together or (change.id,))
        known = {each.id: each for each in deps.stores.changes.among(named)}
        return [known[each] for each in named]
    if not change.together:
        return [change]
    met = deps.stores.objections.by(caller.org_id, change.others)
    others = [
        each
        for each in deps.stores.changes.among(change.others)
        if each.id not in met and each.status != "withdrawn" and owed_notices(each, bonds)
    ]
    return [change, *others]


def approve(
    deps: Deps, caller: Caller, change_id: str, said: Said | None = None, by: By = None
) -> Approval:
    """Record a customer's approval, which specific authorisation needs (Art. 28(2)).

    ``said``: when it was said by letter; None: now. ``by``: as in ``object_to``.

    A customer that signed after the announcement may give it too: its silence is no consent either.
    Raises ``NotConcerned`` where the change is of other products, or after the agreement's end.
    """
    change, register, relation = _known_change(deps, caller, change_id)
    if not concerned_by(change, relation.bonds):
        raise NotConcerned
    given_at = said.at if said else deps.now()
    approval = Approval(deps.new_id("apr"), change.id, caller.org_id, given_at, _kept(by))

    def work(session: Session) -> Approval:
        _check_not_withdrawn(deps, change.id, session)
        deps.stores.approvals.add(approval, session)
        deps.ledger.append_confidential(
            session,
            register.stream,
            events.APPROVED,
            {"change_id": change.id},
            about=approval.id,
            at=deps.now(),
            actor=caller.client_id,
            private={"controller_id": caller.org_id, **ledger_entries.answered_by(by)},
        )
        return approval

    return deps.mongo.transact(work)


def of_change(deps: Deps, caller: Caller, slug: str, change_id: str, request: PageRequest) -> Page:
    register = own_register(deps, caller, slug)
    if deps.stores.changes.get(change_id).processor_id != register.id:
        raise NotFound("There is no such change.")
    return deps.stores.objections.page(change_id, request)


def of_party(
    deps: Deps, caller: Caller, slug: str | None, status: str | None, request: PageRequest
) -> Page:
    """The objections that the caller received or made, over all changes, the newest first.

    ``slug``: only those against changes of this processor. A processor that the caller has nothing
    to do with has none for it, whether it exists or not. ``status``: a status, or ``open``.
    """
    try:
        processor_id = deps.stores.registers.by_slug(slug).id if slug is not None else None
    except NotFound:
        return Page([], None)
    statuses = statuses_of(status)
    return deps.stores.objections.page_of_party(caller.org_id, processor_id, statuses, request)


def read(deps: Deps, caller: Caller, objection_id: str) -> Objection:
    """An objection as its two parties may read it."""
    objection = deps.stores.objections.get(objection_id)
    if not caller.sees(objection.processor_id, objection.controller_id):
        raise NotFound("There is no such objection.")
    return objection


def proofs(deps: Deps, objection: Objection) -> list[dict[str, Any]]:
    """What proves to its parties that each step of an objection stands in the register's ledger,
    which shows to others that something does. Steps of earlier versions have none."""
    register = deps.stores.registers.get(objection.processor_id)
    return deps.ledger.proofs(register.stream, objection.id)


def settle(deps: Deps, caller: Caller, objection_id: str, to: Status) -> Objection:
    """The processor's step: acknowledge, or exclude the customer from the entry."""
    return _move(deps, caller, _processors_own(deps, caller, objection_id), to)


def offer(deps: Deps, caller: Caller, objection_id: str, text: str, respond_by: date) -> Objection:
    """Offer the customer something that meets its objection. Raises ``RespondByPassed``."""
    objection = _processors_own(deps, caller, objection_id)
    check_offer(respond_by, today_at(deps, deps.stores.registers.get(objection.processor_id)))
    mitigation = {"text": text, "respond_by": respond_by.isoformat()}
    return _move(deps, caller, objection, "mitigation_offered", mitigation=mitigation)


def reject(deps: Deps, caller: Caller, objection_id: str, reason: str) -> Objection:
    """Turn the objection down. From today the customer has its objection days once more, to end the
    agreement over it; until they are over the gate stays shut."""
    objection = _processors_own(deps, caller, objection_id)
    change = deps.stores.changes.get(objection.change_id)
    register = deps.stores.registers.get(objection.processor_id)
    relation = deps.agreements.relation(register.id, objection.controller_id)
    owed = owed_notices(change, relation.bonds) if relation else []
    today = customers_latest_day(register, deps.now(), owed)
    # Leaving the agreement is no emergency: the customer has its usual days for that.
    usual = replace(change, emergency=None)
    deadlines = [
        dates_for(terms_for(usual, notice.group), today).objection_deadline for notice in owed
    ]
    respond_by = max((day for day in deadlines if day), default=today)
    return _move(deps, caller, objection, "rejected", decision=reason, respond_by=respond_by)


def answer(deps: Deps, caller: Caller, objection_id: str, to: Status, by: By = None) -> Objection:
    """The customer's step: withdraw, or accept what was offered. Raises ``OfferLapsed``. ``by``: as
    in ``object_to``."""
    objection = _customers_own(deps, caller, objection_id)
    relation = deps.agreements.relation(objection.processor_id, caller.org_id)
    _check_bound(relation)
    if to == "mitigation_accepted":
        check_acceptable(objection, _customers_days(deps, objection, relation)[0])
    return _move(deps, caller, objection, to, by)


def request_modification(
    deps: Deps, caller: Caller, objection_id: str, text: str, by: By = None
) -> Objection:
    """The customer's step: it asks for modifications of the change that it objected to. The gate
    stays shut until the processor has answered and the objection is settled."""
    objection = _customers_own(deps, caller, objection_id)
    _check_bound(deps.agreements.relation(objection.processor_id, caller.org_id))
    modification = {"text": text}
    return _move(deps, caller, objection, "modification_requested", by, modification=modification)


def terminate(
    deps: Deps, caller: Caller, objection_id: str, effective_on: date | None
) -> Objection:
    """The customer ends its agreement over an objection that was not met.

    The agreement is ended first: if a later step fails, the same request completes it. Raises
    ``TerminationNotOpen``, or what `agreements` refuses.
    """
    objection = _customers_own(deps, caller, objection_id)
    relation = deps.agreements.relation(objection.processor_id, caller.org_id)
    today, latest = _customers_days(deps, objection, relation)
    # An agreement that ended today may have been ended by a request that was cut off.
    _check_bound(relation, today)
    check_may_end(objection, today, latest)
    objection.moved("terminated", deps.now())
    # `agreements` counts its days in UTC, which may be a day ahead of those of the parties.
    day = effective_on or max(today, deps.now().date())
    deps.agreements.terminate(
        objection.agreement_id,
        caller.org_id,
        day,
        f"Objection {objection.id} was not met.",
    )
    return _move(deps, caller, objection, "terminated")


def _move(
    deps: Deps, caller: Caller, objection: Objection, to: Status, by: By = None, **members: Any
) -> Objection:
    register = deps.stores.registers.get(objection.processor_id)
    moved = objection.moved(to, deps.now(), **members)

    def work(session: Session) -> Objection:
        _check_not_withdrawn(deps, objection.change_id, session)
        deps.stores.objections.replace(moved, session)
        _append(deps, register, moved, caller.client_id, session, by)
        return moved

    return deps.mongo.transact(work)


def _kept(by: By) -> dict[str, str] | None:
    return dict(by) if by else None


def _check_not_withdrawn(deps: Deps, change_id: str, session: Session) -> None:
    """A withdrawn change leaves nothing to object to, to approve or to settle."""
    if deps.stores.changes.get(change_id, session).status == "withdrawn":
        raise NotInThisStatus("The change is withdrawn.")


def _append(
    deps: Deps,
    register: Register,
    objection: Objection,
    actor: str,
    session: Session,
    by: By = None,
) -> None:
    type_, public, private = ledger_entries.objection(register, objection, by)
    deps.ledger.append_confidential(
        session,
        register.stream,
        type_,
        public,
        about=objection.id,
        at=deps.now(),
        actor=actor,
        private=private,
    )


def _processors_own(deps: Deps, caller: Caller, objection_id: str) -> Objection:
    """An objection that the caller, a processor, may settle. Raises ``AgreementEnded``."""
    objection = deps.stores.objections.get(objection_id)
    if objection.processor_id != caller.org_id:
        raise NotFound("There is no such objection.")
    _check_bound(deps.agreements.relation(caller.org_id, objection.controller_id))
    return objection


def _customers_own(deps: Deps, caller: Caller, objection_id: str) -> Objection:
    objection = deps.stores.objections.get(objection_id)
    if objection.controller_id != caller.org_id:
        raise NotFound("There is no such objection.")
    return objection


def _customers_days(
    deps: Deps, objection: Objection, relation: Relation | None
) -> tuple[date, date]:
    """The earliest and the latest day that it is now in a place that counts for the customer."""
    register = deps.stores.registers.get(objection.processor_id)
    change = deps.stores.changes.get(objection.change_id)
    owed = owed_notices(change, relation.bonds) if relation else []
    now = deps.now()
    return customers_day(register, now, owed), customers_latest_day(register, now, owed)


def _check_bound(relation: Relation | None, since: date = date.max) -> None:
    """Raises ``AgreementEnded`` unless an agreement binds the two, or did on the day ``since``."""
    ended_on = relation.ended_on if relation else date.min
    if ended_on is not None and ended_on < since:
        raise AgreementEnded


def _known_change(deps: Deps, caller: Caller, change_id: str) -> tuple[Change, Register, Relation]:
    """A change that was announced by a processor this customer has agreed with. Raises
    ``NotFound`` for a stranger and for a draft, ``AgreementEnded`` for a former customer."""
    change = deps.stores.changes.get(change_id)
    relation = deps.agreements.relation(change.processor_id, caller.org_id)
    if relation is None or change.status == "draft" or change.announced_at is None:
        raise NotFound("There is no such change.")
    if relation.ended_on is not None and not owed_notices(change, relation.bonds):
        raise NotFound("There is no such change.")
    _check_bound(relation)
    return change, deps.stores.registers.get(change.processor_id), relation
