"""Changes as drafts: what they would be, what they lack, and what announcing them would mean."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from services.registry import linter
from services.registry.clock import NoticeTerms as ClockTerms
from services.registry.clock import dates_for
from services.registry.model.changes import (
    Change,
    Group,
)
from services.registry.model.register import EntryNotThere, Register
from services.registry.use_cases import Deps, law_of, own_register, today_at
from services.registry.use_cases.registers import register_of
from services.registry.wire import Law, change_entry
from shared.auth import Caller
from shared.errors import NotFound, problem_at
from shared.pagination import Page, PageRequest

# A notice announced in the last minutes of a day leaves on the next one; its clock starts there.
SENDING_ALLOWANCE = timedelta(minutes=5)
_MEMBER = {"sub_processor": "content"}


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
    return view(register, change, law_of(deps, register))


def edit(
    deps: Deps, caller: Caller, slug: str, change_id: str, seen: int, told: Mapping[str, Any]
) -> ChangeView:
    register, change = own_change(deps, caller, slug, change_id)
    members = {_MEMBER.get(name, name): value for name, value in told.items()}
    change = change.edited(members, seen)
    _check_kind(change.kind, change.replaces_id or change.subject_id, change.content)
    change = replace(change, previous=_previous(deps, register, change))
    deps.changes.replace(change)
    return view(register, change, law_of(deps, register))


def read(deps: Deps, caller: Caller, slug: str, change_id: str) -> ChangeView:
    register, change = own_change(deps, caller, slug, change_id)
    return view(register, change, law_of(deps, register))


def page(deps: Deps, caller: Caller, slug: str, status: str | None, request: PageRequest) -> Page:
    register = own_register(deps, caller, slug)
    found = deps.changes.page(register.id, status, request)
    law = law_of(deps, register)
    return Page([view(register, each, law) for each in found.items], found.next_cursor)


def preview(deps: Deps, caller: Caller, slug: str, change_id: str) -> dict[str, Any]:
    """What announcing today would mean, per group of notice terms; tells nobody."""
    register, change = own_change(deps, caller, slug, change_id)
    groups, _ = groups_of(deps, register, deps.now())
    earliest = max((group.earliest_effective_on for group in groups), default=None)
    return {
        "earliest_effective_on": earliest,
        "effective_on": change.effective_on,
        "possible": all(group.earliest_effective_on <= change.effective_on for group in groups),
        "groups": groups,
    }


def view(register: Register, change: Change, law: Law) -> ChangeView:
    """``change`` as the processor sees it, its places judged by ``law``."""
    old_id = change.replaces_id or change.subject_id
    entry = change_entry(change, change.content, change.subject_id, law)
    previous = change_entry(change, change.previous, old_id, law)
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


def groups_of(deps: Deps, register: Register, at: datetime) -> tuple[list[Group], int]:
    """The dates for each group of customers with the same terms, and the watermark."""
    told = deps.agreements.notice_terms(register.id)
    day = given_on(register, at)
    return [_group(each, day) for each in told.groups], told.version


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


def given_on(register: Register, at: datetime) -> date:
    return (at + SENDING_ALLOWANCE).astimezone(ZoneInfo(register.time_zone)).date()


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


def own_change(deps: Deps, caller: Caller, slug: str, change_id: str) -> tuple[Register, Change]:
    register = own_register(deps, caller, slug)
    change = deps.changes.get(change_id)
    if change.processor_id != register.id:
        raise NotFound("There is no such change.")
    return register, change
