"""Announce changes to the customers, one or several in one notice, or withdraw one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime

from services.registry import events, ledger_entries
from services.registry.model import register as rows
from services.registry.model.announcements import as_one_notice
from services.registry.model.approvals import ApprovalNeeded, Hands
from services.registry.model.changes import (
    Audience,
    Change,
    ChangePending,
    NoticeIncomplete,
    NotInThisStatus,
    check_day,
    check_notice,
)
from services.registry.model.records import withdrawal
from services.registry.model.register import FOREVER, Register, Row, RowChanges, Writer
from services.registry.use_cases.change_views import (
    ChangeView,
    shown_together,
    with_previous,
)
from services.registry.use_cases.jurisdiction import today_at
from services.registry.use_cases.notice_terms import Told, audience_of, given_on
from services.registry.use_cases.permissions import hands_of, own_change, own_changes
from services.registry.use_cases.saving import append_entry, write_rows, write_rows_together
from services.registry.wiring import Deps
from shared.auth import Caller
from shared.mongo import Session


def announce(
    deps: Deps,
    caller: Caller,
    slug: str,
    change_ids: Sequence[str],
    effective_on: date | None = None,
    seen: int | None = None,
) -> list[Change]:
    """Announce drafts in one notice, with the notice period that each agreement requires.

    ``effective_on``: the day on which all take effect; None takes the latest one that they name.
    ``seen`` is the revision of the only draft that the caller has read; None accepts any. If it
    raises ``ApprovalNeeded``, ``NoticeIncomplete``, ``EffectiveDayPassed``,
    ``NoticePeriodTooShort``, ``ChangePending``, ``NotInThisStatus``, ``PreconditionFailed`` or
    what ``as_one_notice`` raises, nothing is saved.
    """
    register, drafts = own_changes(deps, caller, slug, change_ids)
    for draft in drafts:
        draft.check_seen(seen)
        draft.must_be("draft")
    hands = hands_of(deps, register.id, [caller.client_id])
    if hands.four_eyes == "always":
        raise ApprovalNeeded
    # Without its approvals the full notice period applies, so the notice names no emergency.
    usual = [replace(draft, emergency=None, approved_by=()) for draft in drafts]
    return announce_drafts(deps, caller, register, usual, hands, effective_on)


def announce_drafts(
    deps: Deps,
    caller: Caller,
    register: Register,
    drafts: Sequence[Change],
    hands: Hands,
    effective_on: date | None = None,
) -> list[Change]:
    """Announce drafts that no second hand has to approve any more; the caller is their approver
    unless they name some. Raises what ``announce`` raises of their contents and days."""
    approvers = (hands.approver(caller.client_id),)
    approved = [replace(each, approved_by=each.approved_by or approvers) for each in drafts]
    views = _complete_views(deps, register, as_one_notice(approved, effective_on))
    at, first = deps.now(), views[0].change
    current = [view.change for view in views]
    audience = audience_of(deps, register, at, current, _told(views))
    if first.emergency:
        check_day(first.effective_on, today_at(deps, register))
    else:
        check_day(first.effective_on, given_on(register, at))
        check_notice(first.effective_on, audience.groups)
    return _commit_announcement(deps, caller, views, at, audience)


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


def _told(views: Sequence[ChangeView]) -> list[Told]:
    """What customers are told of: of each change its kind and the words of its materiality."""
    return [(view.change.kind, view.materiality) for view in views]


def _complete_views(deps: Deps, register: Register, changes: Sequence[Change]) -> list[ChangeView]:
    """The changes as their notice shows them. Raises ``NoticeIncomplete`` with the findings."""
    current = [with_previous(deps, register, change) for change in changes]
    views = shown_together(deps, register, current)
    blocking = [
        # Of several, each finding says which change it is about.
        {**finding, **({"change_id": view.change.id} if len(views) > 1 else {})}
        for view in views
        for finding in view.findings
        if finding["severity"] == "must"
    ]
    if blocking:
        members = ("pointer", "code", "detail", "change_id")
        errors = [{name: each[name] for name in members if name in each} for each in blocking]
        raise NoticeIncomplete(errors=errors, context={"findings": blocking})
    return views


def _commit_announcement(
    deps: Deps,
    caller: Caller,
    views: Sequence[ChangeView],
    at: datetime,
    audience: Audience,
) -> list[Change]:
    """Save the announced changes, their rows and their ledger entry in one transaction.

    Raises ``ChangePending`` if a stored draft no longer has the revision that was read, or if
    another announced change to the same entry has not yet taken effect.
    """
    register, changes = views[0].register, [view.change for view in views]
    public = ledger_entries.announced(register, views)
    private = ledger_entries.announced_private(register, changes, audience)

    def work(session: Session) -> list[Change]:
        for change in changes:
            _check_unchanged(deps, change.id, change.revision, session)
            _check_no_other_pending(deps, change, session)
        _write_announced_rows(deps, register, changes, at, session)
        entry = deps.ledger.append(
            session,
            register.stream,
            events.EMERGENCY if changes[0].emergency else events.ANNOUNCED,
            public,
            at=at,
            actor=caller.client_id,
            private=private,
        )
        announced = [
            view.change.announced(at, audience, entry.sequence, view.materiality) for view in views
        ]
        for change in announced:
            deps.stores.changes.replace(change, session)
        return announced

    return deps.mongo.transact(work)


def _write_announced_rows(
    deps: Deps, register: Register, changes: Sequence[Change], at: datetime, session: Session
) -> None:
    writers = [Writer(change.id, at, deps.new_id) for change in changes]
    writes = [
        (writer, _row_changes(deps, writer, change, session))
        for writer, change in zip(writers, changes, strict=True)
    ]
    write_rows_together(deps, register.id, writes, changes[0].effective_on, session)


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
