"""Roles, and the scopes that they give: data, by kind of organisation (``data/roles.json``)."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from functools import lru_cache
from pathlib import Path

from shared.errors import Invalid

OWNER = "owner"
ROLES = (OWNER, "privacy_manager", "approver", "signatory", "engineer", "reader")
APPROVING = frozenset({"registry:approve", "registry:write"})
TABLE = Path(__file__).parent.parent / "data" / "roles.json"


class RoleUnknown(Invalid):
    """There is no such role in this kind of organisation."""

    code = "role-unknown"


@lru_cache(maxsize=1)
def table() -> Mapping[str, Mapping[str, frozenset[str]]]:
    """The scopes of each role, by kind of organisation."""
    kinds = json.loads(TABLE.read_bytes())
    return {
        kind: {role: frozenset(scopes) for role, scopes in roles.items()}
        for kind, roles in kinds.items()
    }


def check_roles(kinds: Iterable[str], roles: Iterable[str]) -> None:
    """Raises ``RoleUnknown`` naming the roles that no kind of the organisation has."""
    known = {role for kind in kinds for role in table()[kind]}
    unknown = sorted(set(roles) - known)
    if unknown:
        has = ", ".join(role for role in ROLES if role in known)
        raise RoleUnknown(f"Not in this organisation: {', '.join(unknown)}. It has: {has}.")


def may_approve(kinds: Iterable[str], roles: Iterable[str]) -> bool:
    """Whether these roles let a person approve what another has prepared."""
    return not scopes_of(kinds, roles).isdisjoint(APPROVING)


def scopes_of(kinds: Iterable[str], roles: Iterable[str]) -> frozenset[str]:
    """What a person with these roles may do for an organisation of these kinds."""
    asked = tuple(roles)
    given = (table()[kind].get(role, frozenset()) for kind in kinds for role in asked)
    return frozenset().union(*given)
