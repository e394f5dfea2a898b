"""Compares stored documents with the TypedDicts that declare them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import NoneType, UnionType
from typing import (
    Any,
    Literal,
    NotRequired,
    Union,
    get_args,
    get_origin,
    get_type_hints,
    is_typeddict,
)

from pymongo.database import Database

from services.agreements.store import stored as of_agreements
from services.identity.store import stored as of_identity
from services.identity.throttle import StoredCount
from services.notices import store as of_notices
from services.registry.store import stored as of_registry
from shared.failures import StoredFailure
from shared.idempotency import StoredRequest
from shared.keys import StoredKey
from shared.ledger import StoredEntry, StoredHead, StoredPrivatePart
from shared.loops import StoredBeat
from shared.relay import StoredCursor

Declared = Mapping[str, type]

# Collections that any service may have, and those of each service.
SHARED: Declared = {
    "failed_jobs": StoredFailure,
    "idempotency": StoredRequest,
    "inbox": StoredCursor,
    "keys": StoredKey,
    "ledger": StoredEntry,
    "ledger_heads": StoredHead,
    "ledger_private": StoredPrivatePart,
    "loops": StoredBeat,
    "relay_cursors": StoredCursor,
}
OWN: dict[str, Declared] = {
    "identity": {**of_identity.STORED, "failed_attempts": StoredCount},
    "agreements": of_agreements.STORED,
    "registry": of_registry.STORED,
    "notices": of_notices.STORED,
}


def faults(database: Database[dict[str, Any]], declared: Declared) -> list[str]:
    """How the documents of a database depart from what is declared; once for each member."""
    found: dict[str, None] = {}
    for name in filled(database):
        if name not in declared:
            found[f"{name}: the collection is not declared"] = None
            continue
        for document in database[name].find():
            found.update(dict.fromkeys(_of_members(name, document, declared[name])))
    return list(found)


def filled(database: Database[dict[str, Any]]) -> list[str]:
    """The collections that hold a document."""
    names = sorted(database.list_collection_names())
    return [name for name in names if database[name].find_one() is not None]


def _of_members(place: str, members: Mapping[str, Any], kind: type) -> Iterator[str]:
    hints = get_type_hints(kind, include_extras=True)
    required = _required(kind)
    for name in members.keys() - hints.keys():
        yield f"{place}.{name}: not declared"
    for name in required - members.keys():
        yield f"{place}.{name}: missing"
    for name in members.keys() & hints.keys():
        yield from _of_value(f"{place}.{name}", members[name], hints[name])


def _required(kind: type) -> set[str]:
    """Annotations are text here, so Python itself has not seen which members may be missing."""
    if not getattr(kind, "__total__", True):
        return set()
    hints = get_type_hints(kind, include_extras=True)
    return {name for name, hint in hints.items() if get_origin(hint) is not NotRequired}


def _of_value(place: str, value: Any, hint: Any) -> Iterator[str]:
    """``hint``: a type, a union of one type with None, or one that ``_of_inner`` knows."""
    origin, args = get_origin(hint), get_args(hint)
    if origin is NotRequired:
        yield from _of_value(place, value, args[0])
    elif origin is Literal:
        if value not in args:
            yield f"{place}: {value!r} is none of {args}"
    elif origin in (Union, UnionType):
        fitting = [arg for arg in args if (arg is NoneType) == (value is None)]
        yield from _of_value(place, value, fitting[0] if fitting else NoneType)
    elif origin or is_typeddict(hint):
        yield from _of_inner(place, value, hint)
    elif hint is not Any and not isinstance(value, hint):
        yield f"{place}: {type(value).__name__} is not {hint.__name__}"


def _of_inner(place: str, value: Any, hint: Any) -> Iterator[str]:
    """``hint``: a TypedDict, a dict, a list, or a tuple, which is stored as a list."""
    origin, args = get_origin(hint), get_args(hint)
    if isinstance(value, list) and origin in (list, tuple):
        kinds = args if origin is tuple else args * len(value)
        for inner, kind in zip(value, kinds, strict=True):
            yield from _of_value(f"{place}[]", inner, kind)
    elif isinstance(value, dict) and origin is dict:
        for inner in value.values():
            yield from _of_value(f"{place}.*", inner, args[1])
    elif isinstance(value, dict) and origin is None:
        yield from _of_members(place, value, hint)
    else:
        yield f"{place}: {type(value).__name__} is not {(origin or hint).__name__}"
