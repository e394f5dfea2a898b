"""Lists page by cursor on an index: no ``skip``, no unbounded read."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pymongo import ASCENDING, DESCENDING
from pymongo.collection import Collection

from shared.errors import Invalid, Malformed
from shared.strict_json import parse_json


class CursorInvalid(Malformed):
    """The cursor is not one that this list gave out."""

    code = "cursor-invalid"


@dataclass(frozen=True)
class PageRequest:
    limit: int = 50
    cursor: str | None = None


@dataclass(frozen=True)
class Page:
    """Documents of one page; ``next_cursor`` is None at the end."""

    items: list[Any]
    next_cursor: str | None


def find_page(
    collection: Collection[Any],
    where: Mapping[str, Any],
    request: PageRequest,
    *,
    key: str = "_id",
    newest_first: bool = False,
    without: Sequence[str] = (),
    of: type = str,
) -> Page:
    """One page of ``where``, ordered by ``key``, which must be unique within it and indexed.

    ``without``: large members that the list does not need, and that are not read.
    ``of``: the type of ``key``, text or whole numbers.
    """
    query, name = dict(where), f"{collection.name}.{key}"
    if request.cursor:
        step = "$lt" if newest_first else "$gt"
        query = {"$and": [query, {key: {step: read_cursor(name, request.cursor, of)}}]}
    order = DESCENDING if newest_first else ASCENDING
    wanted = dict.fromkeys(without, 0)
    rows = list(collection.find(query, wanted).sort(key, order).limit(request.limit + 1))
    items = rows[: request.limit]
    more = len(rows) > request.limit
    return Page(items, write_cursor(name, items[-1][key]) if more else None)


def write_cursor(name: str, value: Any) -> str:
    """Where the list ``name`` goes on, after ``value``."""
    text = json.dumps([name, value], separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def read_cursor(name: str, text: str, of: type = str) -> Any:
    """The value in a cursor of the list ``name``. Raises ``CursorInvalid``.

    Its type is checked, too: a mapping would reach the database as an operator, and a value of
    another type would be neither before nor behind any row.
    """
    try:
        parts = parse_json(base64.b64decode(text + "=" * (-len(text) % 4), b"-_", validate=True))
    except (binascii.Error, ValueError, Malformed, Invalid) as error:
        raise CursorInvalid from error
    if not isinstance(parts, list) or len(parts) != 2:
        raise CursorInvalid
    if parts[0] != name or type(parts[1]) is not of:
        raise CursorInvalid
    return parts[1]
