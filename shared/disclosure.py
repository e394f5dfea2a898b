"""Which members of a register may go out, and to whom. ``disclosure.json`` is the only list.

A member that the list does not name goes to nobody. The list is shared because three services must
agree on it: `registry` writes the ledger, `notices` the messages, `public` the page and its files
(decision 0026).
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any, Literal, get_args

Json = dict[str, Any]
Value = Any  # Whatever JSON can hold.
Audience = Literal["public", "notice", "customers", "on request"]
AUDIENCES = get_args(Audience)

PLAIN = "a number, a text, a truth value or a list of these"
TEXT = "a text, or texts by language"
OTHERS = "*"
LANGUAGE_TAG = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")

# The members of a ledger entry that frame its ``data``; all of them are public.
FRAME = ("stream", "sequence", "type", "at", "actor", "private_hash", "previous_hash", "hash")
# Type and actor of an entry that shows nothing else (``Ledger.append_confidential``).
CONFIDENTIAL = "confidential"
NOTHING: tuple[Any, ...] = (None, "", [], {})

# Not written as unions where they are used: those are made anew each time, for every member.
_SINGLE = (str, int, float, bool)
_SINGLE_OR_DAY = (*_SINGLE, date)


@cache
def _table() -> Mapping[str, Any]:
    table: Mapping[str, Any] = json.loads(
        files("shared").joinpath("disclosure.json").read_text("utf-8")
    )
    return table


@cache
def shape(thing: str, *audiences: Audience) -> Json:
    """The members of ``thing`` that the list has for one of ``audiences``, as ``shown`` takes it.

    Raises ``KeyError`` for a section that the list does not have.
    """
    return _shape(_table()[thing], audiences)


@cache
def ledger_shape(type_: str) -> Json | None:
    """What those who may read a ledger entry of this type may find in it: anybody, or the customer
    that it concerns; None if the list has no type."""
    members = _ledger_members(type_)
    readers: Audience = "notice" if is_confidential(type_) else "public"
    return None if members is None else _shape(members, (readers,))


def is_confidential(type_: str) -> bool:
    """Whether entries of this type are between a processor and one customer."""
    return "notice" in (_ledger_members(type_) or {}).values()


def _ledger_members(type_: str) -> Mapping[str, str] | None:
    known: Mapping[str, Any] = _table()["ledger"]
    members: Mapping[str, str] | None = known.get(type_, known.get(f"{type_.partition('.')[0]}.*"))
    return members


def exceeds(entry: Mapping[str, Any]) -> bool:
    """Whether an entry holds more than the list has for its readers."""
    data, by = entry.get("data"), ledger_shape(str(entry.get("type")))
    return data is None or by is None or _filled(data) != _filled(shown(data, by))


def shown(value: Value, by: Value) -> Value:
    """The part of ``value`` that the shape ``by`` names; None for what is not of that shape."""
    if by is PLAIN:
        return _plain(value)
    if by is TEXT:
        return _texts(value)
    if isinstance(by, list):
        return [shown(item, by[0]) for item in value] if isinstance(value, list) else []
    if not isinstance(value, Mapping):
        return None
    if OTHERS in by:
        by = {**dict.fromkeys(value, by[OTHERS]), **by}
    return {
        name: _plain(value[name]) if inner is PLAIN else shown(value[name], inner)
        for name, inner in by.items()
        if name in value and name != OTHERS
    }


def open_part(entry: Mapping[str, Any]) -> Json:
    """Return a ledger entry as the public may read it.

    An entry that holds more than the list names loses its data, not its hash, so that the chain
    can still be followed through it; ``withheld`` says so (``shared/hash_chain.py``). One that is
    confidential shows its hashes only, as those do that are chained as such now.
    """
    framed: Json = {name: entry[name] for name in FRAME if name in entry}
    if is_confidential(str(entry.get("type"))):
        framed |= {"type": CONFIDENTIAL, "actor": CONFIDENTIAL}
        return {**framed, "data": None, "withheld": True}
    if exceeds(entry):
        return {**framed, "data": None, "withheld": True}
    return {**framed, "data": entry["data"]}


def _shape(members: Mapping[str, str], audiences: tuple[Audience, ...]) -> Json:
    made: Json = {}
    for path, word in members.items():
        if word.startswith("as "):
            _put(made, path, _shape(_table()[word.removeprefix("as ")], audiences))
        elif word in audiences:
            _put(made, path.removesuffix("{}"), TEXT if path.endswith("{}") else PLAIN)
    return made


def _put(made: Json, path: str, inner: Value) -> None:
    """Lay ``inner`` into ``made`` at a path of the list: ``a.b``, ``a[].b``, ``a[]``."""
    name, _, rest = path.partition(".")
    many, name = name.endswith("[]"), name.removesuffix("[]")
    if not rest:
        made[name] = [inner] if many else inner
        return
    held = made.setdefault(name, [{}] if many else {})
    _put(held[0] if many else held, rest, inner)


def _plain(value: Value) -> Value:
    if isinstance(value, _SINGLE_OR_DAY):
        return value
    return (
        [item for item in value if isinstance(item, _SINGLE)] if isinstance(value, list) else None
    )


def _texts(value: Value) -> Value:
    if not isinstance(value, Mapping):
        return value if isinstance(value, str) else None
    return {
        tag: text
        for tag, text in value.items()
        if LANGUAGE_TAG.fullmatch(str(tag)) and isinstance(text, str)
    }


def _filled(value: Value) -> Value:
    """``value`` without members that say nothing: an empty one discloses as little as none."""
    if isinstance(value, Mapping):
        kept = {name: _filled(inner) for name, inner in value.items()}
        return {name: inner for name, inner in kept.items() if inner not in NOTHING}
    return [_filled(item) for item in value] if isinstance(value, list) else value
