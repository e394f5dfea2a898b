"""Whose endpoints, contacts and messages are meant.

An organisation may be a customer and a vendor at once. What it gets as a customer belongs to its
id, what it gets as a vendor to the id with a prefix: neither role reads what the other one gets.
"""

from __future__ import annotations

from typing import Final

_VENDOR: Final = "vendor:"


def vendor(org_id: str) -> str:
    """The owner of what an organisation gets as a vendor."""
    return f"{_VENDOR}{org_id}"


def is_vendor(owner: str) -> bool:
    return owner.startswith(_VENDOR)


def organisation_of(owner: str) -> str:
    return owner.removeprefix(_VENDOR)
