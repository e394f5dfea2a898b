"""Drafts of changes: make, edit and read them, and preview their announcement."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from services.registry.clock import zones_of
from services.registry.model.changes import Change, Group, owed_to
from services.registry.model.deletions import ended_by
from services.registry.model.register import Register
from services.registry.use_cases.change_views import (
    ChangeView,
    contents_on,
    shown,
    view,
    with_previous,
    words_told,
)
from services.registry.use_cases.jurisdiction import law_of, today_at
from services.registry.use_cases.notice_terms import audience_of
from services.registry.use_cases.permissions import own_change, own_register, register_of
from services.registry.use_cases.stating import stated
from services.registry.wiring import Deps
from shared.auth import Caller
from shared.counting import counted_in_all
from shared.errors import problem_at
from shared.mongo import Session
from shared.pagination import Page, PageRequest


def draft(deps: Deps, caller: Caller, slug: str, body: Mapping[str, Any]) -> ChangeView:
    """Save a draft, which alters nothing yet. Raises ``EntryNotThere`` for an unknown entry."""
    register = register_of(deps, caller, slug)
    change = Change(
        id=deps.new_id("chg"),
        processor_id=register.id,
        effective_on=body["effective_on"],
        reason=body["reason"],
        what_it_means=dict(body["what_it_means"]),
        created_at=deps.now(),
        prepared_by=(caller.client_id,),
        **_about(deps, register.id, body),
    )
    change = with_previous(deps, register, change).dated(today_at(deps, register))

    def work(session: Session) -> None:
        deps.stores.registers.save(register, session)
        deps.stores.changes.add(change, session)

    deps.mongo.transact(work)
    return shown(deps, register, change)


def edit(
    deps: Deps, caller: Caller, slug: str, change_id: str, seen: int | None, body: Mapping[str, Any]
) -> ChangeView:
    """Edit a draft; members that the body leaves out stay. Raises what ``draft`` raises."""
    register, change = own_change(deps, caller, slug, change_id)
    own = ("effective_on", "reason", "what_it_means")
    members = {name: body[name] for name in own if name in body}
    about = _about(deps, register.id, {**_members_before(change), **body}, change)
    edited = change.edited({**members, **about}, seen, caller.client_id)
    change = with_previous(deps, register, edited).dated(today_at(deps, register))
    deps.mongo.transact(lambda session: deps.stores.changes.replace(change, session))
    return shown(deps, register, change)


def discard(deps: Deps, caller: Caller, slug: str, change_id: str, seen: int | None) -> None:
    """Delete a draft, of which nobody ever hears; the rows of an import that made it say so.

    Raises ``NotInThisStatus`` for a change that was announced.
    """
    _, change = own_change(deps, caller, slug, change_id)
    change.check_discard(seen)

    def work(session: Session) -> None:
        deps.stores.changes.discard(change, session)
        deps.stores.imports.discard_draft(change.id, session)

    deps.mongo.transact(work)


def read(deps: Deps, caller: Caller, slug: str, change_id: str) -> ChangeView:
    register, change = own_change(deps, caller, slug, change_id)
    [read_view] = _with_ends(deps, register, [shown(deps, register, change)])
    return read_view


def page(
    deps: Deps,
    caller: Caller,
    slug: str,
    status: str | None,
    request: PageRequest,
    *,
    announced: bool,
) -> Page:
    register = own_register(deps, caller, slug)
    changes = deps.stores.changes.page(register.id, status, request, announced=announced)
    law = law_of(deps, register)
    rows = deps.stores.rows.live(register.id, date.min) if changes.items else []
    # Many changes share a day, and a register may have thousands of rows.
    days = {change.effective_on for change in changes.items}
    around = {day: contents_on(rows, day) for day in days}
    told = words_told(deps, register, changes.items)
    views = [
        view(register, change, law, around[change.effective_on], told=told.get(change.id))
        for change in changes.items
    ]
    return Page(_with_ends(deps, register, views), changes.next_cursor)


def _with_ends(deps: Deps, register: Register, views: Sequence[ChangeView]) -> list[ChangeView]:
    """Each with what became of it: a failure that keeps it from taking effect, or what the
    sub-processor that it ended has confirmed of the data."""
    failed = deps.clock_failures.among([each.change.id for each in views])
    ends = {each.change.id: end for each in views if (end := ended_by(each.change))}
    said = deps.stores.deletions.said(register.id, [sub_id for sub_id, _ in ends.values()])
    return [
        replace(
            each,
            set_aside=failed.get(each.change.id),
            deletion=said.get(ends[each.change.id]) if each.change.id in ends else None,
        )
        for each in views
    ]


def preview(deps: Deps, caller: Caller, slug: str, change_id: str) -> dict[str, Any]:
    """What announcing the change today would mean for each terms group; nothing is saved."""
    register, change = own_change(deps, caller, slug, change_id)
    change = with_previous(deps, register, change)
    words = shown(deps, register, change).materiality
    audience = audience_of(deps, register, deps.now(), [change], [(change.kind, words)])
    earliest = audience.allows_from
    return {
        "earliest_effective_on": earliest,
        "effective_on": change.effective_on,
        "owes": owed_to(audience.concerned),
        "possible": earliest is None or earliest <= change.effective_on,
        "groups": [_counted(group, register) for group in audience.concerned],
    }


def _members_before(change: Change) -> dict[str, Any]:
    named = None if change.kind == "add" else change.replaces_id or change.subject_id
    return {"kind": change.kind, "sub_processor_id": named, "sub_processor": change.content}


def _about(
    deps: Deps, processor_id: str, body: Mapping[str, Any], before: Change | None = None
) -> dict[str, Any]:
    """The members of a change that say which entries it makes, alters and ends."""
    kind, old_id, content = body["kind"], body["sub_processor_id"], body["sub_processor"]
    _check_kind(kind, old_id, content)
    content = stated(deps, processor_id, content, "/sub_processor")
    subject_id = old_id
    if kind in ("add", "replace"):
        keeps = before is not None and before.kind in ("add", "replace")
        subject_id = before.subject_id if before and keeps else deps.new_id("sub")
    ends = old_id if kind == "replace" else None
    return {"kind": kind, "subject_id": subject_id, "replaces_id": ends, "content": content}


def _check_kind(kind: str, old_id: str | None, content: Mapping[str, Any] | None) -> None:
    """Raises ``Invalid`` unless the body has the members that this kind of change needs."""
    if (content is None) != (kind == "remove"):
        need = "must be null" if kind == "remove" else "is needed"
        raise problem_at("/sub_processor", "kind-mismatch", f"It {need} for a {kind}.")
    if kind == "add" and old_id is not None:
        why = "An add makes a new entry, which has no id yet; to alter one, send modify."
        raise problem_at("/sub_processor_id", "kind-mismatch", why)
    if kind != "add" and old_id is None:
        raise problem_at("/sub_processor_id", "required", f"A {kind} names the entry it alters.")


def _counted(group: Group, register: Register) -> dict[str, Any]:
    """A group with the sentence by which its days are counted."""
    zones = zones_of(group.terms, register.time_zone)
    return {**vars(group), "counting": counted_in_all(group.terms.get("holidays"), zones)}
