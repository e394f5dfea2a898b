"""Changes from the announcement to their effect: the clock, the register and the ledger meet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import cache
from itertools import islice
from typing import Any

from pymongo.errors import ConnectionFailure

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
from services.registry.model.register import Register, Rewrite, Writer
from services.registry.use_cases.change_views import ChangeView, shown
from services.registry.use_cases.changes import with_previous
from services.registry.use_cases.jurisdiction import today_at
from services.registry.use_cases.notice_terms import given_on, groups_of
from services.registry.use_cases.permissions import own_change
from services.registry.use_cases.saving import rewrite
from services.registry.wiring import Deps
from shared.auth import Caller
from shared.mongo import Session


def announce(
    deps: Deps, caller: Caller, slug: str, change_id: str, seen: int | None = None
) -> Change:
    """Tell every customer concerned, if each one's agreement allows the effective day.

    Raises ``NoticeIncomplete``, ``EffectiveDayPassed``, ``NoticePeriodTooShort``,
    ``ChangePending``, ``NotInThisStatus``, or ``PreconditionFailed`` when the draft is not of the
    revision ``seen``; then nothing has been told and nothing changed.
    """
    register, change = own_change(deps, caller, slug, change_id)
    change.check_seen(seen)
    change.must_be("draft")
    # An emergency that was declared and not approved is none: the notice keeps its full period.
    change = replace(change, emergency=None)
    view = shown(deps, register, with_previous(deps, register, change))
    _check_complete(view)
    at = deps.now()
    groups, version = groups_of(deps, register, at)
    check_day(change.effective_on, given_on(register, at))
    check_notice(change.effective_on, groups)
    return _tell(deps, caller, view, at, groups, version)


def declare_emergency(
    deps: Deps, caller: Caller, slug: str, change_id: str, justification: str
) -> ChangeView:
    """Ask for the path without notice period; two different hands must approve it."""
    register, change = own_change(deps, caller, slug, change_id)
    change = change.declared(justification, caller.client_id)
    deps.mongo.transact(lambda session: deps.stores.changes.replace(change, session))
    return shown(deps, register, change)


def approve_emergency(
    deps: Deps, caller: Caller, slug: str, change_id: str, seen: int | None = None
) -> ChangeView:
    """One approval; with the second the change is announced as an emergency, at once.

    Who counts as one is asked at each approval, so the order in which clients were made, renewed
    and used does not matter. Raises ``ApprovedAlready``, ``ApprovedByTheSameHand``, or
    ``PreconditionFailed`` when the change is not of the revision ``seen``.
    """
    register, change = own_change(deps, caller, slug, change_id)
    change.check_seen(seen)
    others = change.emergency.approved_by if change.emergency else ()
    hands = deps.identity.hands(register.id, (caller.client_id, *others))
    change = change.approved(caller.client_id, hands)
    if change.emergency is None or not change.emergency.complete:
        deps.mongo.transact(lambda session: deps.stores.changes.replace(change, session))
        return shown(deps, register, change)
    view = shown(deps, register, with_previous(deps, register, change))
    _check_complete(view)
    at = deps.now()
    check_day(change.effective_on, today_at(deps, register))
    groups, version = groups_of(deps, register, at)
    # The approval and the announcement are one step: the stored change is a revision behind.
    before = replace(view.change, revision=change.revision - 1)
    told = _tell(deps, caller, replace(view, change=before), at, groups, version)
    return shown(deps, register, told)


def withdraw(deps: Deps, caller: Caller, slug: str, change_id: str, reason: str) -> Change:
    """Take a change back before it has effect; who was told of it is told of this too."""
    register, change = own_change(deps, caller, slug, change_id)

    def work(session: Session) -> Change:
        current = deps.stores.changes.get(change.id, session)
        at = deps.now()
        _check_still_ahead(deps, register, current)
        withdrawn = current.withdrawn(at, reason)
        deps.stores.changes.replace(withdrawn, session)
        if current.status == "announced":
            _take_back(deps, register, withdrawn, at, session)
            _append(deps, register, events.WITHDRAWN, ledger_entries.withdrawn(register, withdrawn),
                    at, caller.client_id, session)  # fmt: skip
        return withdrawn

    return deps.mongo.transact(work)


def go_live(deps: Deps, change_id: str) -> None:
    """The effective day has come: say so, once. The list has turned by itself, by its dates."""

    def work(session: Session) -> None:
        at = deps.now()
        live = deps.stores.changes.get(change_id, session).in_effect(at)
        register = deps.stores.registers.get(live.processor_id)
        deps.stores.changes.replace(live, session)
        entry = ledger_entries.in_effect(register, live)
        _append(deps, register, events.IN_EFFECT, entry, at, "clock", session)

    deps.mongo.transact(work)


def due(deps: Deps, barred: Sequence[str], limit: int = 100) -> Sequence[str]:
    """The announced changes whose effective day has come where their processor sits, in order."""
    today = cache(lambda processor_id: _latest_day(deps, processor_id))
    latest = (deps.now() + timedelta(hours=14)).date()
    # Not the first so many: those may all sit where the day has not come yet.
    found = (
        each.id
        for each in deps.stores.changes.due(latest, barred)
        if each.effective_on <= today(each.processor_id)
    )
    return list(islice(found, limit))


def _latest_day(deps: Deps, processor_id: str) -> str:
    try:
        return today_at(deps, deps.stores.registers.get(processor_id)).isoformat()
    except ConnectionFailure:
        raise
    # Its changes count as due: each then fails by itself, is counted, and holds up no other's.
    except Exception:  # noqa: BLE001  See above.
        return date.max.isoformat()


def _tell(
    deps: Deps,
    caller: Caller,
    seen: ChangeView,
    at: datetime,
    groups: list[Group],
    version: int,
) -> Change:
    """Register rows, ledger entry and status in one transaction: all of it or nothing."""
    register, draft_ = seen.register, seen.change
    entry_type = events.EMERGENCY if draft_.emergency else events.ANNOUNCED
    public = ledger_entries.announced(register, draft_, vars(seen))
    private = ledger_entries.announced_private(register, draft_, version, groups)

    def work(session: Session) -> Change:
        current = deps.stores.changes.get(draft_.id, session)
        if current.revision != draft_.revision:
            current.must_be("draft")
            raise ChangePending("The draft was edited in between; read it again.")
        _check_no_other(deps, draft_, session)
        writer = Writer(draft_.id, at, deps.new_id)
        step = _rewrite(deps, writer, draft_, session)
        rewrite(deps, register.id, writer, step, draft_.effective_on, session)
        entry = deps.ledger.append(session, register.stream, entry_type, public, at=at,
                                   actor=caller.client_id, private=private)  # fmt: skip
        announced = draft_.announced(at, groups, version, entry.sequence)
        deps.stores.changes.replace(announced, session)
        return announced

    return deps.mongo.transact(work)


def _rewrite(deps: Deps, writer: Writer, change: Change, session: Session) -> Rewrite:
    day, content = change.effective_on, change.content or {}
    if change.kind == "add":
        return rows.added(writer, change.processor_id, change.subject_id, content, day)
    if change.kind == "modify":
        return rows.modified(writer, deps.stores.rows.of(change.subject_id, session), content, day)
    if change.kind == "remove":
        return rows.removed(writer, deps.stores.rows.of(change.subject_id, session), day)
    old = deps.stores.rows.of(change.replaces_id or "", session)
    return rows.joined(
        rows.removed(writer, old, day),
        rows.added(writer, change.processor_id, change.subject_id, content, day),
    )


def _take_back(
    deps: Deps, register: Register, change: Change, at: datetime, session: Session
) -> None:
    writer = Writer(change.id, at, deps.new_id)
    written = deps.stores.rows.written_by(change.id, session)
    step = rows.undone(writer, written, deps.stores.rows.voided_by(change.id, session))
    rewrite(deps, register.id, writer, step, change.effective_on, session)


def _check_still_ahead(deps: Deps, register: Register, change: Change) -> None:
    """A clock that stands still must not let anybody rewrite days that have been."""
    if change.status == "announced" and change.effective_on <= today_at(deps, register):
        raise NotInThisStatus(
            f"It has effect since {change.effective_on}; announce another change."
        )


def _append(
    deps: Deps,
    register: Register,
    type_: str,
    data: dict[str, Any],
    at: datetime,
    actor: str,
    session: Session,
) -> None:
    deps.ledger.append(session, register.stream, type_, data, at=at, actor=actor)
    deps.stores.registers.touch(register.id, at, session)


def _check_complete(seen: ChangeView) -> None:
    must = [each for each in seen.findings if each["severity"] == "must"]
    if must:
        raise NoticeIncomplete(
            errors=[
                {"pointer": each["pointer"], "code": each["code"], "detail": each["detail"]}
                for each in must
            ],
            context={"findings": must},
        )


def _check_no_other(deps: Deps, change: Change, session: Session) -> None:
    others = [each for each in deps.stores.changes.pending_on(change.touches, session)
              if each.id != change.id]  # fmt: skip
    if others:
        raise ChangePending(
            f"Change {others[0].id} takes effect on {others[0].effective_on}.",
            context={"change_id": others[0].id},
        )
