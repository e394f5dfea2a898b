"""What an amendment changes, member by member."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

Members = Mapping[str, Any]

# What every version has anew says nothing about what the parties changed.
OWN_TO_A_VERSION = ("version", "made_at", "amends", "template", "contract")


def changes(before: Members, after: Members) -> list[dict[str, Any]]:
    """``[{pointer, before, after}]`` between two documents; pointers as in RFC 6901.

    Lists are compared as a whole: a list of products is one term, not many.
    """
    return list(_changes("", _comparable(before), _comparable(after)))


def _comparable(document: Members) -> dict[str, Any]:
    kept = {name: value for name, value in document.items() if name not in OWN_TO_A_VERSION}
    annex = kept.pop("sub_processors", None) or {"items": []}
    listed = {entry["id"]: entry["legal_name"] for entry in annex["items"]}
    coming = {
        f"{row['change_id']}:{row['kind']}": f"{row['legal_name']}, {row['effective_on']}"
        for row in annex.get("coming") or ()
    }
    kept["sub_processors"] = {**listed, **coming}
    return kept


def _changes(pointer: str, before: Members, after: Members) -> Iterator[dict[str, Any]]:
    for name in sorted({*before, *after}):
        one, other, place = before.get(name), after.get(name), f"{pointer}/{name}"
        if isinstance(one, Mapping) and isinstance(other, Mapping):
            yield from _changes(place, one, other)
        elif one != other:
            yield {"pointer": place, "before": one, "after": other}
