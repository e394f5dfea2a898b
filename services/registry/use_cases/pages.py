"""The public page of a register: publish it on purpose, or keep it on request; how it looks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from services.registry import events, ledger_entries, linter
from services.registry.model.colours import check_readable
from services.registry.model.files import KeptFile
from services.registry.model.page import AddressUnproved, LogoUnknown, Page, proved
from services.registry.model.pngs import PNG
from services.registry.model.register import Register
from services.registry.use_cases.entry_views import list_view
from services.registry.use_cases.jurisdiction import law_of, today_at
from services.registry.use_cases.permissions import open_register, own_register
from services.registry.use_cases.saving import append_entry
from services.registry.wiring import Deps
from shared.auth import Caller
from shared.errors import NotFound, PreconditionFailed
from shared.mongo import Session

ADDRESS_TO_PROVE = (
    "State notice_address by PATCH /identity/v1/organisations/{id}, then press the button behind "
    "the link in the mail that goes there."
)


def read(deps: Deps, caller: Caller, slug: str) -> dict[str, Any]:
    """The settings of the page, and what the list of today lacks before it is published."""
    register = own_register(deps, caller, slug)
    reads_answers = deps.identity.answers_at(register.id) is not None
    return _shown(deps, register, today_at(deps, register), reads_answers=reads_answers)


def state(
    deps: Deps, caller: Caller, slug: str, seen: int | None, members: Mapping[str, Any]
) -> dict[str, Any]:
    """State how the page is, and whether there is one; the ledger says the latter, with the day.

    ``seen``: the revision that the caller has read; None accepts any. Raises
    ``PreconditionFailed``, ``AddressUnproved``, ``ColourTooFaint`` or ``LogoUnknown``.
    """
    register = own_register(deps, caller, slug)
    today = today_at(deps, register)
    # Asked before anything is written: a write whose answer cannot be made is not kept.
    address = deps.identity.answers_at(register.id)
    colour = members["brand"].colour if "brand" in members else None
    if colour:
        check_readable(colour)

    def work(session: Session) -> Page:
        before = deps.stores.registers.get(register.id, session).page
        if seen not in (None, before.revision):
            raise PreconditionFailed
        if before.opens_with(members) and address is None:
            raise AddressUnproved(ADDRESS_TO_PROVE.format(id=register.id))
        page = before.stated({**members, **_served(deps, register, members, address)}, today)
        if page != before:
            _use_logo(deps, register, page.brand.logo, session)
            _save(deps, caller, replace(register, page=page), before, session)
        return page

    page = deps.mongo.transact(work)
    return _shown(deps, replace(register, page=page), today, reads_answers=address is not None)


def at_host(deps: Deps, host: str) -> str:
    """The slug of the register whose page a host shows. Raises ``NotFound``."""
    return deps.stores.registers.at_host(host).slug


def _served(
    deps: Deps, register: Register, members: Mapping[str, Any], address: str | None
) -> dict[str, Any]:
    """The hosts that show the page from now on: proved, and shown for nobody else yet."""
    domains = proved(members.get("domains", register.page.domains), address)
    taken = deps.stores.registers.hosts_of_others(register.id, domains)
    return {"domains_served": tuple(host for host in domains if host not in taken)}


def logo(deps: Deps, caller: Caller | None, slug: str) -> KeptFile:
    """The picture of a page that the caller may read. Raises ``NotFound``, also without one."""
    file_id = open_register(deps, caller, slug).page.brand.logo
    if file_id is None:
        raise NotFound("This page has no logo.")
    return deps.stores.files.get(file_id)


def _use_logo(deps: Deps, register: Register, file_id: str | None, session: Session) -> None:
    """Note that the page names the file. Raises ``LogoUnknown``."""
    if file_id is None:
        return
    files = deps.stores.files
    if not files.use(register.id, file_id, deps.now(), session, media_type=PNG):
        raise LogoUnknown


def _save(deps: Deps, caller: Caller, register: Register, before: Page, session: Session) -> None:
    now = deps.now()
    deps.stores.registers.save_page(register, session)
    if register.page.published == before.published:
        deps.stores.registers.touch(register.id, now, session)
        return
    type_ = events.PUBLISHED if register.page.published else events.UNPUBLISHED
    data = ledger_entries.published(register, today_at(deps, register))
    append_entry(deps, register, type_, data, now, caller.client_id, session)


def _shown(deps: Deps, register: Register, today: date, *, reads_answers: bool) -> dict[str, Any]:
    rows, law = deps.stores.rows.on(register.id, today), law_of(deps, register)
    path = f"/registry/v1/processors/{register.slug}"
    entries = list_view(rows, today, law)
    checklist = {
        **linter.checklist(entries, path),
        "notice_address": linter.address_line(register.id, proved=reads_answers),
    }
    return {**vars(register.page), "checklist": checklist}
