"""What a caller may find; another's register and its changes do not exist for it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from services.registry.model.approvals import Hands
from services.registry.model.changes import Change, NotYourRegister
from services.registry.model.register import Register
from services.registry.wiring import Deps
from shared.auth import Caller
from shared.errors import NotFound


def own_register(deps: Deps, caller: Caller, slug: str) -> Register:
    """The caller's own register. Raises ``NotFound`` for any other."""
    register = deps.stores.registers.by_slug(slug)
    if not caller.sees(register.id):
        raise NotFound("There is no such register.")
    return register


def open_register(deps: Deps, caller: Caller | None, slug: str) -> Register:
    """A register that is public, or that the caller keeps or is a customer of; ``caller`` is None
    for anybody. Raises ``NotFound`` for any other, as if there were none."""
    register = deps.stores.registers.by_slug(slug)
    if register.page.published or (caller and _is_party(deps, caller, register)):
        return register
    raise NotFound("There is no such register.")


def _is_party(deps: Deps, caller: Caller, register: Register) -> bool:
    if caller.sees(register.id):
        return True
    return deps.agreements.relation(register.id, caller.org_id) is not None


def hands_of(deps: Deps, org_id: str, actors: Iterable[str]) -> Hands:
    """Who may stand behind these persons and clients, as identity knows it at this moment."""
    return Hands(**deps.identity.hands(org_id, actors))


def own_change(deps: Deps, caller: Caller, slug: str, change_id: str) -> tuple[Register, Change]:
    """The caller's own register and a change of it. Raises ``NotFound`` for any other."""
    register = own_register(deps, caller, slug)
    change = deps.stores.changes.get(change_id)
    if change.processor_id != register.id:
        raise NotFound("There is no such change.")
    return register, change


def own_changes(
    deps: Deps, caller: Caller, slug: str, change_ids: Sequence[str]
) -> tuple[Register, list[Change]]:
    """The caller's own register and changes of it, in this order. Raises ``NotFound`` if one of
    them is no change of it."""
    register = own_register(deps, caller, slug)
    found = {
        change.id: change
        for change in deps.stores.changes.among(change_ids)
        if change.processor_id == register.id
    }
    missing = [change_id for change_id in change_ids if change_id not in found]
    if missing:
        detail = f"There is no change {missing[0]}." if change_ids[1:] else ""
        raise NotFound(detail or "There is no such change.")
    return register, [found[change_id] for change_id in change_ids]


def register_of(deps: Deps, caller: Caller, slug: str) -> Register:
    """The caller's register, with the processor's particulars as identity has them now.

    Raises ``NotFound`` for another's, ``NotYourRegister`` for a caller that is no processor.
    """
    organisation = deps.identity.organisation(caller.org_id)
    if organisation["slug"] != slug:
        raise NotFound("There is no such register.")
    if "processor" not in organisation["kind"]:
        raise NotYourRegister("Only a processor has a register.")
    contacts = organisation.get("contacts") or []
    return Register(
        id=organisation["id"],
        slug=organisation["slug"],
        legal_name=organisation["legal_name"],
        country=organisation["country"],
        locale=organisation["locale"],
        time_zone=organisation["time_zone"],
        updated_at=deps.now(),
        registration_number=organisation.get("registration_number"),
        address=organisation.get("address"),
        website=organisation.get("website"),
        privacy_contact=contacts[0]["email"] if contacts else None,
        **deps.stores.registers.stated_of(organisation["id"]),
    )
