"""What a caller may find; another's register and its changes do not exist for it."""

from __future__ import annotations

from services.registry.model.changes import Change
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


def own_change(deps: Deps, caller: Caller, slug: str, change_id: str) -> tuple[Register, Change]:
    """The caller's own register and a change of it. Raises ``NotFound`` for any other."""
    register = own_register(deps, caller, slug)
    change = deps.stores.changes.get(change_id)
    if change.processor_id != register.id:
        raise NotFound("There is no such change.")
    return register, change
