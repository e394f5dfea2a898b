"""The columns of the long form of notice terms, the same in the import and in the export.

A column is named after the way to its member: ``notice_length_value`` is ``value`` of ``length`` of
``notice``. What has no fixed number of members (``also``, ``by_kind``, ``other``) stands in one
cell as JSON.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

Path = tuple[str, ...]


def _length(*path: str) -> tuple[Path, Path]:
    return (*path, "value"), (*path, "unit")


def _period(name: str) -> tuple[Path, ...]:
    return (
        *_length(name, "length"), (name, "starts"), *_length(name, "deemed_after"),
        *_length(name, "deemed_by_letter"), (name, "first_day_counts"),
    )  # fmt: skip


PATHS: tuple[Path, ...] = (
    *_period("notice"), ("notice", "counted_to"),
    *_period("objection"), ("objection", "ends"), *_length("objection", "before_effect"),
    ("objection", "silence"), ("objection", "grounds"), ("objection", "grounds_text"),
    ("soft",), ("eves",), ("time_zone",), ("owed_for",), ("only_if_subscribed",), ("condition",),
    *_length("emergency", "length"), ("emergency", "approved_by"),
    ("remedy", "then"), *_length("remedy", "cure"), ("remedy", "cure_text"),
    *_length("remedy", "end_notice"), ("remedy", "refund"),
    *(("breach", name) for name in ("hours", "clock_start", "soft", "recipient")),
    *(("end_of_processing", name) for name in (
        "choice", "if_nobody_chooses", "delete_days", "return_request_days", "certificate_days",
        "backups_days")),
    *(("audit", name) for name in ("times", "per", "notice_days", "on_site_days", "cost")),
    ("also",), ("by_kind",), ("other",),
)  # fmt: skip
COLUMNS = {"_".join(path): path for path in PATHS}
NUMBERS = frozenset(
    name for name, path in COLUMNS.items()
    if path[-1] in ("value", "hours", "times") or path[-1].endswith("_days")
)  # fmt: skip
LISTS = frozenset({"owed_for", "remedy_then"})
FLAGS = frozenset(
    name for name, path in COLUMNS.items()
    if path[-1] in ("first_day_counts", "soft", "eves", "only_if_subscribed")
)  # fmt: skip
IN_JSON = frozenset({"also", "by_kind", "other"})
SAID = {"true": True, "false": False}


def members(values: Mapping[str, Any]) -> dict[str, Any]:
    """The members of notice terms that the cells of a line say, one within the other."""
    terms: dict[str, Any] = {}
    for name, path in COLUMNS.items():
        if name in values:
            _put(terms, path, values[name])
    return terms


def cells(terms: Mapping[str, Any]) -> tuple[object, ...]:
    """One cell a column, from notice terms as they are shown; None where they say nothing."""
    return tuple(_in_json(_cell(terms, path)) if path[0] in IN_JSON else _cell(terms, path)
                 for path in PATHS)  # fmt: skip


def _in_json(value: object) -> str | None:
    return json.dumps(value, ensure_ascii=False) if value else None


def _put(members: dict[str, Any], path: Path, value: Any) -> None:
    for name in path[:-1]:
        members = members.setdefault(name, {})
    members[path[-1]] = value


def _cell(terms: Any, path: Path) -> object:
    for name in path:
        terms = terms.get(name) if isinstance(terms, Mapping) else None
    return terms
