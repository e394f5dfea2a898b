"""Whether a customer is owed notice of a change, with days to object, or information only."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

NOTICE, INFORMATION = "notice", "information"
RENAME = "rename"
_BY_LAW = ("add", "replace")


def owes(terms: Mapping[str, Any], kind: str | None, words: Sequence[str]) -> str:
    """``notice`` or ``information``, by one agreement's notice terms.

    ``kind``: that of the change; None counts for a basis that is replaced. ``words``: its
    materiality. Additions and replacements owe notice by law, whatever the text says (GDPR
    Art. 28(2)); of other changes its ``owed_for`` decides. Where it has none, notice is owed of all
    but removals and renames of the same entity, and of every kind that it gives days of its own.
    """
    if kind is None or kind in _BY_LAW:
        return NOTICE
    named = terms.get("owed_for")
    found = _is_named(kind, words, named) if named else _is_usual(kind, words, terms)
    return NOTICE if found else INFORMATION


def _is_named(kind: str, words: Sequence[str], named: Collection[str]) -> bool:
    if kind in named:
        return True
    return kind == "modify" and "material_modify" in named and bool(set(words) - {RENAME})


def _is_usual(kind: str, words: Sequence[str], terms: Mapping[str, Any]) -> bool:
    if _is_named(kind, words, tuple(terms.get("by_kind") or ())):
        return True
    return kind == "modify" and tuple(words) != (RENAME,)
