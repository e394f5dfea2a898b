"""Scopes: what a kind of organisation can be given, what services need, what a token may hold."""

from __future__ import annotations

from collections.abc import Iterable

from shared.errors import Forbidden, Malformed

KEYS = "identity:keys"

# What a client of each kind of organisation may be given, and no more.
SCOPES_OF_KIND: dict[str, frozenset[str]] = {
    "processor": frozenset({
        "identity:read", "identity:write", "agreements:read", "agreements:write",
        "registry:read", "registry:write", "notices:read", "notices:write", "registry:approve",
        KEYS, "identity:audit",
    }),
    "controller": frozenset({"portal:read", "portal:write", KEYS, "identity:audit"}),
    "platform": frozenset({
        "platform:admin", "identity:read", "identity:write", "registry:read", "instruments:write",
        "agreements:read", "notices:read", KEYS, "identity:audit",
    }),
}  # fmt: skip

# What each service needs of the others to do its own work.
SCOPES_OF_SERVICE: dict[str, frozenset[str]] = {
    "agreements": frozenset({
        "identity:read", "identity:removals", "identity:seals", "registry:read",
        "notices:entries",
    }),
    "registry": frozenset({
        "identity:read", "identity:removals", "identity:approvals", "agreements:terms",
        "agreements:accept", "notices:entries", "notices:receipts", "notices:read",
    }),
    "identity": frozenset({"agreements:customers", "notices:mails"}),
    "notices": frozenset({
        "identity:read", "identity:removals", "identity:seals", "identity:owners",
    }),
    "portal": frozenset({
        "identity:read", "identity:removals", "agreements:read", "agreements:accept",
        "registry:read", "registry:object", "notices:read", "notices:customer", "notices:links",
    }),
    "public": frozenset({"registry:read", "identity:seals", "notices:visitors"}),
}  # fmt: skip


class ScopeNotHeld(Malformed):
    """The client does not hold every scope it asks for."""

    code = "invalid-scope"


class GrantTooWide(Forbidden):
    """A client grants, and renews the secret of, only what it holds itself: ask one that does."""

    code = "grant-too-wide"


def check_holds(held: frozenset[str], scopes: Iterable[str]) -> None:
    """Raises ``GrantTooWide`` naming the ``scopes`` that are not ``held``."""
    missing = sorted(set(scopes) - held)
    if missing:
        raise GrantTooWide(f"Your token does not hold: {', '.join(missing)}.")


def granted(asked: str | None, held: frozenset[str]) -> frozenset[str]:
    """The scopes of a token: those asked for, or all that the client holds (RFC 6749 §3.3)."""
    wanted = frozenset((asked or "").split()) or held
    if not wanted <= held:
        raise ScopeNotHeld(f"Not held: {', '.join(sorted(wanted - held))}.")
    return wanted
