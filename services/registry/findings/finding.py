"""One thing that is wrong with an entry of today's list, and the list it stands on."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any

from services.registry.linter.finding import Severity
from services.registry.transfers import Instrument
from services.registry.transfers.wording import Said, phrase

Entry = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class ListFinding:
    """``pointer`` leads into the entry (RFC 6901); ``detail`` is worded in three languages."""

    code: str
    pointer: str
    detail: Said
    severity: Severity = "should"


@dataclass(frozen=True, slots=True)
class Vendor:
    """The vendor whose list it is, as far as texts may name it."""

    legal_name: str
    website: str | None = None


@dataclass(frozen=True)
class Listed:
    """The list of ``today``: entries in wire form, with the verdicts of that day.

    Beside it, ``listed_since`` is an entry's first day; ``changed_on`` the day of its last change
    that was no record, None while there is none.
    """

    entries: Sequence[Entry]
    vendor: Vendor
    today: date
    exporter: str
    instruments: Mapping[str, Instrument]
    _indexes: dict[Any, dict[str, list[Entry]]] = field(
        init=False, default_factory=dict, compare=False, repr=False
    )

    @cached_property
    def ended(self) -> Mapping[str, Instrument]:
        """The instruments without effect today, by id."""
        last_days = ((name, known, known.last_day) for name, known in self.instruments.items())
        return {name: known for name, known, day in last_days if day and day < self.today}

    def index(self, key: Callable[[Entry], str | None]) -> Mapping[str, Sequence[Entry]]:
        """The entries by ``key``, made once; those without one are left out."""
        if key not in self._indexes:
            made = self._indexes.setdefault(key, {})
            for entry in self.entries:
                name = key(entry)
                if name is not None:
                    made.setdefault(name, []).append(entry)
        return self._indexes[key]

    def is_apart(self, entry: Entry, other: Entry) -> bool:
        """Whether the two are neither one nor above each other, whose texts may name both."""
        is_above = entry["id"] == other.get("parent_id") or other["id"] == entry.get("parent_id")
        return entry["id"] != other["id"] and not is_above


def found(code: str, pointer: str, severity: Severity = "should", **values: Said) -> ListFinding:
    """A finding that is worded as ``finding.<code>``."""
    return ListFinding(code, pointer, phrase(f"finding.{code}", **values), severity)


def texts_of(entry: Entry) -> Iterator[tuple[str, str]]:
    """Every text that people read in an entry, with its pointer."""
    for name in ("purpose", "responsibilities", "retention"):
        said = entry.get(name)
        spoken = said.items() if isinstance(said, Mapping) else [("", said)]
        for language, text in spoken:
            if isinstance(text, str):
                yield f"/{name}/{language}".rstrip("/"), text
    for name in ("categories", "certifications"):
        for number, text in enumerate(entry.get(name) or ()):
            yield f"/{name}/{number}", text


def mechanisms_of(entry: Entry) -> Iterator[tuple[str, Entry, Entry]]:
    """Pointer, place and mechanism of every basis that an entry names."""
    for n, place in enumerate(entry.get("locations") or ()):
        for m, mechanism in enumerate(place.get("mechanisms") or ()):
            yield f"/locations/{n}/mechanisms/{m}", place, mechanism
