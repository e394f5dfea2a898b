"""The public page of a register: publish it on purpose, or keep it on request."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

from services.registry import events, ledger_entries, linter
from services.registry.model.page import Page
from services.registry.model.register import Register
from services.registry.use_cases.entry_views import list_view
from services.registry.use_cases.jurisdiction import law_of, today_at
from services.registry.use_cases.permissions import own_register
from services.registry.use_cases.saving import append_entry
from services.registry.wiring import Deps
from shared.auth import Caller
from shared.errors import PreconditionFailed
from shared.mongo import Session


def read(deps: Deps, caller: Caller, slug: str) -> dict[str, Any]:
    """The settings of the page, and what the list of today lacks before it is published."""
    register = own_register(deps, caller, slug)
    return _shown(deps, register, today_at(deps, register))


def state(
    deps: Deps, caller: Caller, slug: str, seen: int | None, *, published: bool
) -> dict[str, Any]:
    """Publish the register, or take it back; the ledger says so, with the day.

    ``seen``: the revision that the caller has read; None accepts any. Raises
    ``PreconditionFailed``.
    """
    register = own_register(deps, caller, slug)
    today = today_at(deps, register)

    def work(session: Session) -> Page:
        before = deps.stores.registers.get(register.id, session).page
        if seen not in (None, before.revision):
            raise PreconditionFailed
        page = before.stated(published=published, today=today)
        if page != before:
            _save(deps, caller, replace(register, page=page), today, session)
        return page

    page = deps.mongo.transact(work)
    return _shown(deps, replace(register, page=page), today)


def _save(deps: Deps, caller: Caller, register: Register, today: date, session: Session) -> None:
    deps.stores.registers.save_page(register, session)
    type_ = events.PUBLISHED if register.page.published else events.UNPUBLISHED
    data = ledger_entries.published(register, today)
    append_entry(deps, register, type_, data, deps.now(), caller.client_id, session)


def _shown(deps: Deps, register: Register, today: date) -> dict[str, Any]:
    rows, law = deps.stores.rows.on(register.id, today), law_of(deps, register)
    path = f"/registry/v1/processors/{register.slug}"
    entries = list_view(rows, today, law)
    return {**vars(register.page), "checklist": linter.checklist(entries, law.exporter, path)}
