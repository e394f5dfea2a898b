"""Changes from draft to effect: the clock, the linter and the ledger meet here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from services.registry import events, linter, telling
from services.registry.clock import NoticeTerms as ClockTerms
from services.registry.clock import dates_for
from services.registry.model import register as rows
from services.registry.model.changes import (
    Change,
    ChangePending,
    Group,
    NoticeIncomplete,
    check_day,
    check_notice,
)
from services.registry.model.register import EntryNotThere, Register, Rewrite, Writer
from services.registry.use_cases import Deps, own_register, today_at
from services.registry.use_cases.registers import register_of
from services.registry.wire import change_entry
from shared.auth import Caller
from shared.errors import NotFound, problem_at
from shared.mongo import Session
from shared.pagination import Page, PageRequest

# A notice announced in the last minutes of a day leaves on the next one; its clock starts there.
SENDING_ALLOWANCE = timedelta(minutes=5)


@dataclass(frozen=True)
class ChangeView:
    """A change with what is found out about it: materiality, findings and the entries' views."""

    change: Change
    register: Register
    materiality: list[str]
    findings: list[dict[str, Any]]
    sub_processor: dict[str, Any] | None
    previous: dict[str, Any] | None


def draft(deps: Deps, caller: Caller, slug: str, told: Mapping[str, Any]) -> ChangeView:
    """A draft: told to nobody, changes nothing. Raises ``EntryNotThere`` for an unknown entry."""
    register = register_of(deps, caller, slug)
    old_id = told["sub_processor_id"]
    _check_kind(told["kind"], old_id, told["sub_processor"])
    change = Change(
        id=deps.new_id("chg"),
        processor_id=register.id,
        kind=told["kind"],
        subject_id=deps.new_id("sub") if told["kind"] in ("add", "replace") else old_id,
        replaces_id=old_id if told["kind"] == "replace" else None,
        effective_on=told["effective_on"],
        reason=told["reason"],
        content=told["sub_processor"],
        created_at=deps.now(),
    )
    change = replace(change, previous=_previous(deps, register, change))
    deps.registers.save(register)
    deps.changes.add(change)
    return view(register, change)


def edit(
    deps: Deps, caller: Caller, slug: str, change_id: str, seen: int, told: Mapping[str, Any]
) -> ChangeView:
    register, change = _own(deps, caller, slug, change_id)
    members = {_MEMBER.get(name, name): value for name, value in told.items()}
    change = change.edited(members, seen)
    _check_kind(change.kind, change.replaces_id or change.subject_id, change.content)
    change = replace(change, previous=_previous(deps, register, change))
    deps.changes.replace(change)
    return view(register, change)


def read(deps: Deps, caller: Caller, slug: str, change_id: str) -> ChangeView:
    return view(*_own(deps, caller, slug, change_id))


def page(deps: Deps, caller: Caller, slug: str, status: str | None, request: PageRequest) -> Page:
    register = own_register(deps, caller, slug)
    found = deps.changes.page(register.id, status, request)
    return Page([view(register, each) for each in found.items], found.next_cursor)


def preview(deps: Deps, caller: Caller, slug: str, change_id: str) -> dict[str, Any]:
    """What announcing today would mean, per group of notice terms; tells nobody."""
    register, change = _own(deps, caller, slug, change_id)
    groups, _ = _groups(deps, register, deps.now())
    earliest = max((group.earliest_effective_on for group in groups), default=None)
    return {
        "earliest_effective_on": earliest,
        "effective_on": change.effective_on,
        "possible": all(group.earliest_effective_on <= change.effective_on for group in groups),
        "groups": groups,
    }


def announce(deps: Deps, caller: Caller, slug: str, change_id: str) -> Change:
    """Tell every customer concerned, if each one's agreement allows the effective day.

    Raises ``NoticeIncomplete``, ``EffectiveDayPassed``, ``NoticePeriodTooShort``,
    ``ChangePending`` or ``NotInThisStatus``; then nothing has been told and nothing changed.
    """
    register, change = _own(deps, caller, slug, change_id)
    change.must_be("draft")
    shown = view(register, change)
    _check_complete(shown)
    at = deps.now()
    groups, version = _groups(deps, register, at)
    check_day(change.effective_on, _given_on(register, at))
    check_notice(change.effective_on, groups)
    return _tell(deps, caller, shown, at, groups, version)


def declare_emergency(
    deps: Deps, caller: Caller, slug: str, change_id: str, justification: str
) -> ChangeView:
    """Ask for the path without notice period; two different clients must approve it."""
    register, change = _own(deps, caller, slug, change_id)
    change = change.declared(justification, caller.client_id)
    deps.changes.replace(change)
    return view(register, change)


def approve_emergency(deps: Deps, caller: Caller, slug: str, change_id: str) -> ChangeView:
    """One approval; with the second the change is announced as an emergency, at once."""
    register, change = _own(deps, caller, slug, change_id)
    change = change.approved(caller.client_id)
    if change.emergency is None or not change.emergency.complete:
        deps.changes.replace(change)
        return view(register, change)
    shown = view(register, change)
    _check_complete(shown)
    at = deps.now()
    check_day(change.effective_on, today_at(deps, register))
    groups, version = _groups(deps, register, at)
    # The approval and the announcement are one step: the stored change is a revision behind.
    before = replace(change, revision=change.revision - 1)
    told = _tell(deps, caller, replace(shown, change=before), at, groups, version)
    return view(register, told)


def withdraw(deps: Deps, caller: Caller, slug: str, change_id: str, reason: str) -> Change:
    """Take a change back before it has effect; who was told of it is told of this too."""
    register, change = _own(deps, caller, slug, change_id)

    def work(session: Session) -> Change:
        current = deps.changes.get(change.id, session)
        at = deps.now()
        withdrawn = current.withdrawn(at, reason)
        deps.changes.replace(withdrawn, session)
        if current.status == "announced":
            _take_back(deps, register, withdrawn, at, session)
            _append(deps, register, events.WITHDRAWN, telling.withdrawn(register, withdrawn),
                    at, caller.client_id, session)  # fmt: skip
        return withdrawn

    return deps.mongo.transact(work)


def go_live(deps: Deps, change: Change) -> Change:
    """The effective day has come: say so, once. The list has turned by itself, by its dates."""
    register = deps.registers.get(change.processor_id)

    def work(session: Session) -> Change:
        at = deps.now()
        live = deps.changes.get(change.id, session).in_effect(at)
        deps.changes.replace(live, session)
        _append(deps, register, events.IN_EFFECT, telling.in_effect(register, live), at, "clock",
                session)  # fmt: skip
        return live

    return deps.mongo.transact(work)


def view(register: Register, change: Change) -> ChangeView:
    """``change`` as the processor sees it."""
    old_id = change.replaces_id or change.subject_id
    entry = change_entry(change, change.content, change.subject_id, register.country)
    previous = change_entry(change, change.previous, old_id, register.country)
    wire = {
        "kind": change.kind,
        "sub_processor": entry,
        "sub_processor_id": old_id,
        "previous": previous,
        "effective_on": change.effective_on.isoformat(),
        "reason": change.reason,
    }
    return ChangeView(
        change=change,
        register=register,
        materiality=list(_materiality(register, change, previous, entry)),
        findings=[
            finding.to_mapping() for finding in linter.findings(wire, exporter=register.country)
        ],
        sub_processor=entry,
        previous=previous,
    )


def _materiality(
    register: Register, change: Change, previous: dict[str, Any] | None, new: dict[str, Any] | None
) -> tuple[str, ...]:
    return linter.materiality(previous, new, kind=change.kind, exporter=register.country)


def _tell(
    deps: Deps,
    caller: Caller,
    shown: ChangeView,
    at: datetime,
    groups: list[Group],
    version: int,
) -> Change:
    """Register rows, ledger entry and status in one transaction: all of it or nothing."""
    register, draft_ = shown.register, shown.change
    entry_type = events.EMERGENCY if draft_.emergency else events.ANNOUNCED
    public = telling.announced(register, draft_, vars(shown))
    private = telling.announced_private(draft_, version, groups)

    def work(session: Session) -> Change:
        current = deps.changes.get(draft_.id, session)
        if current.revision != draft_.revision:
            current.must_be("draft")
            raise ChangePending("The draft was edited in between; read it again.")
        _check_no_other(deps, draft_, session)
        deps.registers.touch(register.id, at, session)
        writer = Writer(draft_.id, at, deps.new_id)
        deps.rows.write(_rewrite(deps, writer, draft_, session), draft_.id, at, session)
        entry = deps.ledger.append(session, register.stream, entry_type, public, at=at,
                                   actor=caller.client_id, private=private)  # fmt: skip
        announced = draft_.announced(at, groups, version, entry.sequence)
        deps.changes.replace(announced, session)
        return announced

    return deps.mongo.transact(work)


def _rewrite(deps: Deps, writer: Writer, change: Change, session: Session) -> Rewrite:
    day, content = change.effective_on, change.content or {}
    if change.kind == "add":
        return rows.added(writer, change.processor_id, change.subject_id, content, day)
    if change.kind == "modify":
        return rows.modified(writer, deps.rows.of(change.subject_id, session), content, day)
    if change.kind == "remove":
        return rows.removed(writer, deps.rows.of(change.subject_id, session), day)
    old = deps.rows.of(change.replaces_id or "", session)
    return rows.joined(
        rows.removed(writer, old, day),
        rows.added(writer, change.processor_id, change.subject_id, content, day),
    )


def _take_back(
    deps: Deps, register: Register, change: Change, at: datetime, session: Session
) -> None:
    writer = Writer(change.id, at, deps.new_id)
    written = deps.rows.written_by(change.id, session)
    rewrite = rows.undone(writer, written, deps.rows.voided_by(change.id, session))
    deps.rows.write(rewrite, change.id, at, session)
    deps.registers.touch(register.id, at, session)


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
    deps.registers.touch(register.id, at, session)


def _groups(deps: Deps, register: Register, at: datetime) -> tuple[list[Group], int]:
    """The dates for each group of customers with the same terms, and the watermark."""
    told = deps.agreements.notice_terms(register.id)
    given_on = _given_on(register, at)
    return [_group(each, given_on) for each in told.groups], told.version


def _group(told: Mapping[str, Any], given_on: date) -> Group:
    dates = dates_for(ClockTerms.parse(told["terms"], told["authorisation"]), given_on)
    return Group(
        key=told["key"],
        terms=dict(told["terms"]),
        authorisation=told["authorisation"],
        agreements=told["agreements"],
        given_on=dates.given_on,
        objection_deadline=dates.objection_deadline,
        earliest_effective_on=dates.earliest_effective_on,
        silence=dates.silence,
        provisional=dates.provisional,
        arithmetic=tuple(step.to_mapping() for step in dates.arithmetic),
    )


def _given_on(register: Register, at: datetime) -> date:
    return (at + SENDING_ALLOWANCE).astimezone(ZoneInfo(register.time_zone)).date()


def _check_complete(shown: ChangeView) -> None:
    must = [each for each in shown.findings if each["severity"] == "must"]
    if must:
        raise NoticeIncomplete(
            errors=[
                {"pointer": each["pointer"], "code": each["code"], "detail": each["detail"]}
                for each in must
            ],
            context={"findings": must},
        )


def _check_no_other(deps: Deps, change: Change, session: Session) -> None:
    others = [each for each in deps.changes.pending_on(change.touches, session)
              if each.id != change.id]  # fmt: skip
    if others:
        raise ChangePending(
            f"Change {others[0].id} takes effect on {others[0].effective_on}.",
            context={"change_id": others[0].id},
        )


def _previous(deps: Deps, register: Register, change: Change) -> dict[str, Any] | None:
    """The entry that is altered, as it stands today. Raises ``EntryNotThere``."""
    if change.kind == "add":
        return None
    old_id = change.replaces_id or change.subject_id
    today = today_at(deps, register)
    for row in deps.rows.of(old_id):
        if row.processor_id == register.id and row.valid_to >= max(today, change.effective_on):
            return row.content
    raise EntryNotThere


def _check_kind(kind: str, old_id: str | None, content: Mapping[str, Any] | None) -> None:
    """Which of the two members a kind of change needs."""
    if (content is None) != (kind == "remove"):
        need = "must be null" if kind == "remove" else "is needed"
        raise problem_at("/sub_processor", "kind-mismatch", f"It {need} for a {kind}.")
    if kind != "add" and old_id is None:
        raise problem_at("/sub_processor_id", "required", f"A {kind} names the entry it alters.")


_MEMBER = {"sub_processor": "content"}


def _own(deps: Deps, caller: Caller, slug: str, change_id: str) -> tuple[Register, Change]:
    register = own_register(deps, caller, slug)
    change = deps.changes.get(change_id)
    if change.processor_id != register.id:
        raise NotFound("There is no such change.")
    return register, change


def due(deps: Deps, limit: int = 100) -> Sequence[Change]:
    """Announced changes whose effective day has come where their processor sits, in order."""
    latest = (deps.now() + timedelta(hours=14)).date()
    found = deps.changes.due(latest, limit)
    zones = {each.processor_id: deps.registers.get(each.processor_id) for each in found}
    return [each for each in found if each.effective_on <= today_at(deps, zones[each.processor_id])]
