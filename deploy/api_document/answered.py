"""What an answer always has: its shapes name every member as required."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

from deploy.api_document.merging import REF, operations, references

Json = dict[str, Any]
SHAPES = f"{REF}schemas/"
IN_EFFECT = ("version", "tier", "valid_from", "valid_to", "listed_since", "listed_until",
             "next_change")  # fmt: skip
# Members that some answers of a shape lack.
AT_TIMES = {
    # An entry within a change that has not taken effect has no days and no number yet.
    "RegistryEntry": IN_EFFECT,
    # What is hashed is told as it was hashed.
    "RegistryLedgerEntry": ("withheld",),
    # RFC 8693 has it in the answer to a token exchange, RFC 6749 in no other.
    "IdentityToken": ("issued_token_type",),
    # Only a point of P-256 has two coordinates.
    "IdentityTokenKey": ("y",),
}


def completed(document: Json) -> Json:
    """``document``, in which the shapes of answers require what is always there.

    A shape that is sent as well keeps the members that may be left out.
    """
    shapes = document["components"]["schemas"]
    found = [operation for _, _, operation in operations(document)]
    sent = _reached((it.get("requestBody", {}) for it in found), shapes)
    answered = _reached((it["responses"] for it in found), shapes) - sent
    for name in answered:
        shapes[name] = _whole(shapes[name], AT_TIMES.get(name, ()))
    for each in found:
        each["responses"] = _inline(each["responses"])
    return document


def _reached(nodes: Iterable[Any], shapes: Json) -> set[str]:
    """The names of the shapes that ``nodes`` refer to, directly or not."""
    names: set[str] = set()
    waiting = [name for node in nodes for name in _names(node)]
    while waiting:
        if (name := waiting.pop()) not in names:
            names.add(name)
            waiting += _names(shapes[name])
    return names


def _names(node: Any) -> list[str]:
    return [ref.removeprefix(SHAPES) for ref in references(node) if ref.startswith(SHAPES)]


def _whole(node: Any, at_times: Collection[str] = ()) -> Any:
    """``node`` with every member of its objects required, but those that are there ``at_times``."""
    if isinstance(node, list):
        return [_whole(each) for each in node]
    if not isinstance(node, dict):
        return node
    plain = {name: _whole(each) for name, each in node.items()}
    if isinstance(plain.get("properties"), dict) and plain.get("type") == "object":
        plain["required"] = [name for name in plain["properties"] if name not in at_times]
    return plain


def _inline(responses: Json) -> Json:
    return {status: _whole(it) if status[0] == "2" else it for status, it in responses.items()}
