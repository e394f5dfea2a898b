"""Whether a customer is owed notice of a change, with days to object, or information only."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

NOTICE, INFORMATION = "notice", "information"
RENAME = "rename"
# Words of a change after which no more data flows than before.
_BEGINS, _PLANNED, _ONLY_IF_ENABLED = "begins_use", "planned", "only_if_enabled"
_ENGAGES_NOBODY = frozenset({_PLANNED, "chosen_by_customer"})
_INFORMING = frozenset({RENAME, _ONLY_IF_ENABLED})
_BY_LAW = ("add", "replace")


def owes(terms: Mapping[str, Any], kind: str, words: Sequence[str]) -> str:
    """``notice`` or ``information``, by one agreement's notice terms.

    ``kind``: that of the change. ``words``: its materiality. Additions, replacements and plans that
    are carried out owe notice by law, whatever the text says (GDPR Art. 28(2)), but for entries
    that the vendor does not engage: a plan, and what the customer chooses itself. Of other changes
    ``owed_for`` decides. Where the agreement has none, notice is owed of all but removals, plans,
    renames of the same entity, and what the customer can leave out from now on; and of every kind
    that it gives days of its own.
    """
    if _is_by_law(kind, words):
        return NOTICE
    named = terms.get("owed_for")
    found = _is_named(kind, words, named) if named else _is_usual(kind, words, terms)
    return NOTICE if found else INFORMATION


def _is_by_law(kind: str, words: Sequence[str]) -> bool:
    return _BEGINS in words or (kind in _BY_LAW and _ENGAGES_NOBODY.isdisjoint(words))


def _is_named(kind: str, words: Sequence[str], named: Collection[str]) -> bool:
    if kind in named:
        return True
    return kind == "modify" and "material_modify" in named and _is_material(words)


def _is_material(words: Sequence[str]) -> bool:
    return _PLANNED not in words and bool(set(words) - _INFORMING)


def _is_usual(kind: str, words: Sequence[str], terms: Mapping[str, Any]) -> bool:
    if _is_named(kind, words, tuple(terms.get("by_kind") or ())):
        return True
    return kind == "modify" and (not words or _is_material(words))
