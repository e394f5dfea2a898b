"""Announce a change to the customers, or withdraw it.

An emergency may take effect on any day, and needs two approvals by different hands. Clients are of
one hand when one of them made the other or renewed its secret; together they can approve once
(0027). It takes effect for each customer when that customer's own days are over: the shorter ones
of an agreement that allows them for emergencies, else the usual ones (0038).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from services.registry import events, ledger_entries
from services.registry.model import register as rows
from services.registry.model.changes import (
    Change,
    ChangePending,
    Group,
    NoticeIncomplete,
    NotInThisStatus,
    check_day,
    check_notice,
)
from services.registry.model.records import withdrawal
from services.registry.model.register import FOREVER, Register, Row, RowChanges, Writer
from services.registry.use_cases.change_views import ChangeView, shown, with_previous
from services.registry.use_cases.jurisdiction import today_at
from services.registry.use_cases.notice_terms import given_on, groups_of
from services.registry.use_cases.permissions import own_change
from services.registry.use_cases.saving import append_entry, write_rows
from services.registry.wiring import Deps
from shared.auth import Caller
from shared.mongo import Session


def announce(
    deps: Deps, caller: Caller, slug: str, change_id: str, seen: int | None = None
) -> Change:
    """Announce a draft to the customers, with the notice period that each agreement requires.

    ``seen`` is the revision that the caller has read; None accepts any. If it raises
    ``NoticeIncomplete``, ``EffectiveDayPassed``, ``NoticePeriodTooShort``, ``ChangePending``,
    ``NotInThisStatus`` or ``PreconditionFailed``, nothing is saved.
    """
    register, draft = own_change(deps, caller, slug, change_id)
    draft.check_seen(seen)
    draft.must_be("draft")
    # Without both approvals the full notice period applies, so the notice names no emergency.
    view = _complete_view(deps, register, replace(draft, emergency=None))
    at = deps.now()
    groups, version = groups_of(deps, register, at, view.change, view.materiality)
    check_day(draft.effective_on, given_on(register, at))
    check_notice(draft.effective_on, groups)
    return _commit_announcement(deps, caller, view, at, groups, version, draft.revision)


def declare_emergency(
    deps: Deps, caller: Caller, slug: str, change_id: str, justification: str
) -> ChangeView:
    """Declare a draft an emergency; two hands must approve it before it is announced."""
    register, draft = own_change(deps, caller, slug, change_id)
    declared = draft.declared(justification, caller.client_id)
    deps.mongo.transact(lambda session: deps.stores.changes.replace(declared, session))
    return shown(deps, register, declared)


def approve_emergency(
    deps: Deps, caller: Caller, slug: str, change_id: str, seen: int | None = None
) -> ChangeView:
    """Approve an emergency; the second approval announces the change at once.

    Each approval queries identity again for the hands of all approvers, so two clients that became
    one hand after the first approval still count once. ``seen`` is the revision that the caller
    has read; None accepts any. Raises ``ApprovedAlready``, ``ApprovedByTheSameHand``,
    ``PreconditionFailed``, or the errors of ``announce``.
    """
    register, draft = own_change(deps, caller, slug, change_id)
    draft.check_seen(seen)
    approvers = draft.emergency.approved_by if draft.emergency else ()
    hands = deps.identity.hands(register.id, (caller.client_id, *approvers))
    approved = draft.approved(caller.client_id, hands)
    if approved.emergency is None or not approved.emergency.complete:
        deps.mongo.transact(lambda session: deps.stores.changes.replace(approved, session))
        return shown(deps, register, approved)
    announced = _announce_emergency(deps, caller, register, approved, draft.revision)
    return shown(deps, register, announced)


def withdraw(deps: Deps, caller: Caller, slug: str, change_id: str, reason: str) -> Change:
    """Withdraw an announced change before its effective day, and inform the customers.

    Raises ``NotInThisStatus`` from the effective day on, and for a draft, which is discarded.
    """
    register, change = own_change(deps, caller, slug, change_id)

    def work(session: Session) -> Change:
        current = deps.stores.changes.get(change.id, session)
        at = deps.now()
        _check_not_in_effect(deps, register, current)
        withdrawn = current.withdrawn(at, reason)
        deps.stores.changes.replace(withdrawn, session)
        _undo_rows(deps, register, withdrawn, at, session)
        entry = ledger_entries.withdrawn(register, withdrawn)
        append_entry(deps, register, events.WITHDRAWN, entry, at, caller.client_id, session)
        return withdrawn

    return deps.mongo.transact(work)


def _announce_emergency(
    deps: Deps, caller: Caller, register: Register, approved: Change, expected_revision: int
) -> Change:
    """Save the second approval and the announcement in one transaction."""
    view = _complete_view(deps, register, approved)
    at = deps.now()
    check_day(approved.effective_on, today_at(deps, register))
    groups, version = groups_of(deps, register, at, approved, view.materiality)
    return _commit_announcement(deps, caller, view, at, groups, version, expected_revision)


def _complete_view(deps: Deps, register: Register, change: Change) -> ChangeView:
    """Return the change as its notice shows it. Raises ``NoticeIncomplete`` with the findings."""
    view = shown(deps, register, with_previous(deps, register, change))
    blocking = [finding for finding in view.findings if finding["severity"] == "must"]
    if blocking:
        members = ("pointer", "code", "detail")
        errors = [{name: finding[name] for name in members} for finding in blocking]
        raise NoticeIncomplete(errors=errors, context={"findings": blocking})
    return view


def _commit_announcement(
    deps: Deps,
    caller: Caller,
    view: ChangeView,
    at: datetime,
    groups: Sequence[Group],
    version: int,
    expected_revision: int,
) -> Change:
    """Save the announced change, its rows and its ledger entry in one transaction.

    ``version`` is the watermark up to which ``groups`` count all customers. Raises
    ``ChangePending`` if the stored draft no longer has ``expected_revision``, or if another
    announced change to the same entry has not yet taken effect.
    """
    register, change = view.register, view.change
    entry_type = events.EMERGENCY if change.emergency else events.ANNOUNCED
    public = ledger_entries.announced(
        register, change, view.materiality, view.sub_processor, view.previous
    )
    private = ledger_entries.announced_private(register, change, version, groups)

    def work(session: Session) -> Change:
        _check_unchanged(deps, change.id, expected_revision, session)
        _check_no_other_pending(deps, change, session)
        writer = Writer(change.id, at, deps.new_id)
        row_changes = _row_changes(deps, writer, change, session)
        write_rows(deps, register.id, writer, row_changes, change.effective_on, session)
        entry = deps.ledger.append(
            session,
            register.stream,
            entry_type,
            public,
            at=at,
            actor=caller.client_id,
            private=private,
        )
        announced = change.announced(at, groups, version, entry.sequence)
        saved = replace(announced, revision=expected_revision + 1)
        deps.stores.changes.replace(saved, session)
        return saved

    return deps.mongo.transact(work)


def _row_changes(deps: Deps, writer: Writer, change: Change, session: Session) -> RowChanges:
    """Return which rows of the register the change writes and voids, from its effective day on."""
    day, content = change.effective_on, change.content or {}
    if change.kind == "add":
        return rows.addition(writer, change.processor_id, change.subject_id, content, day)
    if change.kind == "modify":
        current = deps.stores.rows.of(change.subject_id, session)
        _check_nothing_recorded(change, current)
        return rows.modification(writer, current, content, day)
    if change.kind == "remove":
        return rows.removal(writer, deps.stores.rows.of(change.subject_id, session), day)
    replaced = deps.stores.rows.of(change.replaces_id or "", session)
    return rows.combined(
        rows.removal(writer, replaced, day),
        rows.addition(writer, change.processor_id, change.subject_id, content, day),
    )


def _undo_rows(
    deps: Deps, register: Register, change: Change, at: datetime, session: Session
) -> None:
    """Void what the change wrote, and restore what it voided, with what was recorded since."""
    writer = Writer(change.id, at, deps.new_id)
    live = [row for each in change.touches for row in deps.stores.rows.of(each, session)]
    voided = deps.stores.rows.voided_by(change.id, session)
    row_changes = withdrawal(writer, live, voided, change.effective_on)
    write_rows(deps, register.id, writer, row_changes, change.effective_on, session)


def _check_not_in_effect(deps: Deps, register: Register, change: Change) -> None:
    """Raise ``NotInThisStatus`` from the effective day on.

    The day decides, because the status is late when the clock loop is down.
    """
    if change.status == "announced" and change.effective_on <= today_at(deps, register):
        raise NotInThisStatus(
            f"It has been in effect since {change.effective_on}; announce another change."
        )


def _check_unchanged(deps: Deps, change_id: str, revision: int, session: Session) -> None:
    current = deps.stores.changes.get(change_id, session)
    if current.revision != revision:
        current.must_be("draft")
        raise ChangePending("The draft was edited meanwhile; read it again.")


def _check_nothing_recorded(change: Change, current: Sequence[Row]) -> None:
    """Raises ``ChangePending`` if the entry reads otherwise than when the notice was written."""
    lasting = [row for row in current if row.valid_to == FOREVER]
    if not any(row.content == change.previous for row in lasting):
        raise ChangePending("The entry was recorded on meanwhile; read the draft again.")


def _check_no_other_pending(deps: Deps, change: Change, session: Session) -> None:
    pending = deps.stores.changes.pending_on(change.touches, session)
    others = [other for other in pending if other.id != change.id]
    if others:
        raise ChangePending(
            f"Change {others[0].id} takes effect on {others[0].effective_on}.",
            context={"change_id": others[0].id},
        )
