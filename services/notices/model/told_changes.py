"""How the changes of a notice stand in its message: whole, or shorter where there is no room.

Standard Webhooks asks for bodies under 20 kB. Everything is behind the links, so wordings, places
and earlier contents are left out rather than the notice.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

Json = dict[str, Any]

# How much of a reason is left where even the places of the entry are left out.
LONGEST_REASON, LONGEST_OF_SEVERAL = 1_000, 200


def shorter(data: Json) -> Iterator[Json]:
    """The data of a message about one change, shorter each time; it is as it stands beside the
    list ``changes``, whose item is the first to lose what stands twice."""
    if "changes" in data:
        data = {**data, "changes": [_short(each) for each in data["changes"]]}
        yield data
    english = _in_english(data)
    bare = _without_previous(english)
    named = {**bare, "sub_processor": _named(data.get("sub_processor"))}
    yield from (english, bare, named)
    yield {**_without_meaning(named), "reason": str(data.get("reason"))[:LONGEST_REASON]}


def texts_that_fit(changes: Sequence[Json], encode: Callable[[Any], str], room: int) -> list[str]:
    """Several changes as text, all as long as ``room`` for them (bytes) allows."""
    texts: list[str] = []
    for level in (dict, _in_english, _all_but_previous, _short_with_reason, _short, _barest):
        texts = [encode(level(change)) for change in changes]
        if sum(len(text.encode()) + 1 for text in texts) <= room:
            break
    return texts


def _all_but_previous(change: Json) -> Json:
    return _without_previous(_in_english(change))


def _short_with_reason(change: Json) -> Json:
    return {**_short(change), "reason": str(change.get("reason") or "")[:LONGEST_OF_SEVERAL]}


def _short(change: Json) -> Json:
    kept: Json = {
        name: change[name] for name in ("change_id", "kind", "materiality") if name in change
    }
    named = {name: _named(change.get(name)) for name in ("sub_processor", "previous")}
    return {**kept, **named, "truncated": True}


def _barest(change: Json) -> Json:
    return {"change_id": change["change_id"], "kind": change["kind"], "truncated": True}


def _without_previous(change: Json) -> Json:
    return {**change, "previous": None, "truncated": True}


def _without_meaning(change: Json) -> Json:
    return {name: it for name, it in change.items() if name != "what_it_means"}


def _named(entry: Mapping[str, Any] | None) -> Json | None:
    known = entry or {}
    kept = {name: known[name] for name in ("id", "legal_name", "country") if name in known}
    return kept or None


def _in_english(change: Json) -> Json:
    """Without the wordings in other languages: letters then say these in English."""
    return {**change, "sub_processor": _english(change.get("sub_processor") or {}) or None}


def _english(told: Any) -> Any:
    if isinstance(told, list):
        return [_english(item) for item in told]
    if not isinstance(told, dict):
        return told
    kept = {name: it for name, it in told.items() if not name.endswith("_by_language")}
    return {name: _english(it) for name, it in kept.items()}


def changes_told(data: Mapping[str, Any]) -> list[Json]:
    """The changes of a notice's data, each whole: an only one stands beside the list."""
    return [dict(data)] if "change_id" in data else [dict(each) for each in data["changes"]]
