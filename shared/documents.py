"""Dataclasses to MongoDB documents and back. Days become text, instants stay instants."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, TypeVar, cast

import cattrs

T = TypeVar("T")
Row = TypeVar("Row", bound=Mapping[str, Any])
Document = dict[str, Any]

_converter = cattrs.Converter(forbid_extra_keys=True)
# BSON has no day without a time; text keeps a day a day, and sorts.
_converter.register_unstructure_hook(date, lambda day: day.isoformat())
_converter.register_structure_hook(date, lambda text, _: date.fromisoformat(text))
_converter.register_unstructure_hook(datetime, lambda at: at)
_converter.register_structure_hook(datetime, lambda at, _: at)


def to_document(thing: Any) -> Document:
    """``thing`` (a dataclass) as a document; its ``id`` becomes ``_id``."""
    document: Document = _converter.unstructure(thing)
    if "id" in document:
        document = {"_id": document.pop("id"), **document}
    return document


def to_row(thing: Any, kind: type[Row]) -> Row:  # noqa: ARG001  It only names the type.
    """``thing`` as a document of the collection whose documents are ``kind``, a TypedDict."""
    return cast("Row", to_document(thing))


def from_document(kind: type[T], document: Mapping[str, Any]) -> T:
    """The ``kind`` that ``document`` was made of."""
    members = dict(document)
    if "_id" in members:
        members["id"] = members.pop("_id")
    return _converter.structure(members, kind)


def from_wire(kind: type[T], members: Mapping[str, Any]) -> T:
    """The ``kind`` made of validated members of a request body."""
    return _converter.structure(dict(members), kind)
