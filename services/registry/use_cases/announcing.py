"""Announce a change to the customers, as an emergency once two hands approve it, or withdraw it."""

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
from services.registry.model.register import Register, RowChanges, Writer
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
    """Announce a draft to the customers, with the notice period that each agreement asks for.

    ``seen`` is the revision that the caller has read; None stands for any. Raises
    ``NoticeIncomplete``, ``EffectiveDayPassed``, ``NoticePeriodTooShort``, ``ChangePending``,
    ``NotInThisStatus`` or ``PreconditionFailed``; then nothing is saved.
    """
    register, draft = own_change(deps, caller, slug, change_id)
    draft.check_seen(seen)
    draft.must_be("draft")
    # Without both approvals the full notice period applies, so the notice names no emergency.
    view = _complete_view(deps, register, replace(draft, emergency=None))
    at = deps.now()
    groups, version = groups_of(deps, register, at)
    check_day(draft.effective_on, given_on(register, at))
    check_notice(draft.effective_on, groups)
    return _commit_announcement(deps, caller, view, at, groups, version, draft.revision)


def declare_emergency(
    deps: Deps, caller: Caller, slug: str, change_id: str, justification: str
) -> ChangeView:
    """Ask for an announcement without notice period; two different hands must approve it."""
    register, draft = own_change(deps, caller, slug, change_id)
    declared = draft.declared(justification, caller.client_id)
    deps.mongo.transact(lambda session: deps.stores.changes.replace(declared, session))
    return shown(deps, register, declared)


def approve_emergency(
    deps: Deps, caller: Caller, slug: str, change_id: str, seen: int | None = None
) -> ChangeView:
    """Approve an emergency; the second approval announces the change at once.

    Which clients count as one hand is asked anew at each approval, so it does not matter in which
    order they were made, renewed and used. ``seen`` is the revision that the caller has read.
    Raises ``ApprovedAlready``, ``ApprovedByTheSameHand``, ``PreconditionFailed``, or what
    ``announce`` raises.
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
    """Take a change back before its effective day; its customers are informed if it was announced.

    Raises ``NotInThisStatus`` from the effective day on.
    """
    register, change = own_change(deps, caller, slug, change_id)

    def work(session: Session) -> Change:
        current = deps.stores.changes.get(change.id, session)
        at = deps.now()
        _check_still_ahead(deps, register, current)
        withdrawn = current.withdrawn(at, reason)
        deps.stores.changes.replace(withdrawn, session)
        if current.status == "announced":
            _undo_rows(deps, register, withdrawn, at, session)
            entry = ledger_entries.withdrawn(register, withdrawn)
            append_entry(deps, register, events.WITHDRAWN, entry, at, caller.client_id, session)
        return withdrawn

    return deps.mongo.transact(work)


def _announce_emergency(
    deps: Deps, caller: Caller, register: Register, approved: Change, expected_revision: int
) -> Change:
    """Save the second approval and the announcement in one step."""
    view = _complete_view(deps, register, approved)
    at = deps.now()
    check_day(approved.effective_on, today_at(deps, register))
    groups, version = groups_of(deps, register, at)
    return _commit_announcement(deps, caller, view, at, groups, version, expected_revision)


def _complete_view(deps: Deps, register: Register, change: Change) -> ChangeView:
    """The change as its notice shows it. Raises ``NoticeIncomplete`` with what the notice lacks."""
    view = shown(deps, register, with_previous(deps, register, change))
    lacking = [finding for finding in view.findings if finding["severity"] == "must"]
    if lacking:
        members = ("pointer", "code", "detail")
        errors = [{name: finding[name] for name in members} for finding in lacking]
        raise NoticeIncomplete(errors=errors, context={"findings": lacking})
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
    """Save the register's rows, the ledger entry and the status in one transaction.

    ``version`` is the watermark up to which ``groups`` hold all customers. Raises
    ``ChangePending`` if the stored draft is not of ``expected_revision`` any more, or if another
    announced change to the same entry has not taken effect.
    """
    register, change = view.register, view.change
    entry_type = events.EMERGENCY if change.emergency else events.ANNOUNCED
    public = ledger_entries.announced(
        register, change, view.materiality, view.sub_processor, view.previous
    )
    private = ledger_entries.announced_private(register, change, version, groups)

    def work(session: Session) -> Change:
        _check_unchanged(deps, change.id, expected_revision, session)
        _check_no_other(deps, change, session)
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
        following = replace(announced, revision=expected_revision + 1)
        deps.stores.changes.replace(following, session)
        return following

    return deps.mongo.transact(work)


def _row_changes(deps: Deps, writer: Writer, change: Change, session: Session) -> RowChanges:
    """What the change does to the rows of the register on its effective day."""
    day, content = change.effective_on, change.content or {}
    if change.kind == "add":
        return rows.addition(writer, change.processor_id, change.subject_id, content, day)
    if change.kind == "modify":
        current = deps.stores.rows.of(change.subject_id, session)
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
    """Void the rows that the change wrote, and restore those that it voided."""
    writer = Writer(change.id, at, deps.new_id)
    written = deps.stores.rows.written_by(change.id, session)
    voided = deps.stores.rows.voided_by(change.id, session)
    row_changes = rows.reversal(writer, written, voided)
    write_rows(deps, register.id, writer, row_changes, change.effective_on, session)


def _check_still_ahead(deps: Deps, register: Register, change: Change) -> None:
    """Even if the clock loop is down, a change in effect cannot be withdrawn."""
    if change.status == "announced" and change.effective_on <= today_at(deps, register):
        raise NotInThisStatus(
            f"It has effect since {change.effective_on}; announce another change."
        )


def _check_unchanged(deps: Deps, change_id: str, revision: int, session: Session) -> None:
    current = deps.stores.changes.get(change_id, session)
    if current.revision != revision:
        current.must_be("draft")
        raise ChangePending("The draft was edited in between; read it again.")


def _check_no_other(deps: Deps, change: Change, session: Session) -> None:
    pending = deps.stores.changes.pending_on(change.touches, session)
    others = [other for other in pending if other.id != change.id]
    if others:
        raise ChangePending(
            f"Change {others[0].id} takes effect on {others[0].effective_on}.",
            context={"change_id": others[0].id},
        )
