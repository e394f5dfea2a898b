"""Parts of an instrument's record: its scope, dated facts, open cases, exemptions."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Any


@dataclass(frozen=True, slots=True)
class Scope:
    """Whom an instrument covers.

    ``all`` names evidence that must be true, ``none`` evidence that must not be true.
    """

    type: str
    text: str
    test: str | None = None
    all: tuple[str, ...] = ()
    none: tuple[str, ...] = ()


ANY_RECIPIENT = Scope("general", "Any recipient")


@dataclass(frozen=True, slots=True)
class Days:
    """From ``first`` to ``last``, both included; None is no limit."""

    first: date | None = None
    last: date | None = None

    @classmethod
    def parse(cls, record: Mapping[str, str | None]) -> Days:
        return cls(**{name: date.fromisoformat(day) for name, day in record.items() if day})

    def hold(self, on: date) -> bool:
        return (self.first or date.min) <= on <= (self.last or date.max)


@dataclass(frozen=True, slots=True)
class OpenCase:
    """If ``fact`` is recorded with ``value``, an open question of law decides (``open_law.json``).

    The verdict is ``status`` then: ``valid`` with a caution, or ``unproven``.
    """

    fact: str
    value: bool
    question: str
    status: str


@dataclass(frozen=True, slots=True)
class DatedFact:
    """What happened on a day, ``confirmed`` or ``unconfirmed``, and its source."""

    on: date
    text: str
    state: str
    source: str

    @classmethod
    def parse(cls, record: Mapping[str, str]) -> DatedFact:
        return cls(**{**record, "on": date.fromisoformat(record["on"])})  # type: ignore[arg-type]


@dataclass(frozen=True, slots=True)
class Contested:
    """What may end an instrument that is in force, and the day by which to look again."""

    facts: tuple[DatedFact, ...]
    recheck_by: date

    @classmethod
    def parse(cls, record: Mapping[str, Any]) -> Contested:
        facts = tuple(DatedFact.parse(fact) for fact in record["facts"])
        return cls(facts, date.fromisoformat(record["recheck_by"]))


@dataclass(frozen=True, slots=True)
class Exemption:
    """For these modules the ``facts`` are not required, unless the fact ``unless`` is true."""

    modules: tuple[int, ...]
    facts: tuple[str, ...]
    unless: str


# Where a member of a record is known from.
GRADES = ("official", "copy", "secondary", "general")


def _grades(value: Mapping[str, str] | bool) -> dict[str, str]:
    """The grade of each member; earlier versions recorded one truth value for all."""
    if isinstance(value, bool):
        return {"valid_from": "copy" if value else "general"}
    return dict(value)


def _record(cls: type[Any], value: Mapping[str, Any]) -> Any:
    return cls(**{key: frozen(item) for key, item in value.items()})


PARTS: Mapping[str, Callable[[Any], Any]] = MappingProxyType(
    {
        "scope": lambda value: _record(Scope, value),
        "verified": _grades,
        "contested": lambda value: value and Contested.parse(value),
        "citations_under": lambda value: {law: tuple(cited) for law, cited in value.items()},
        "footnotes": lambda value: {at: _record(Scope, scope) for at, scope in value.items()},
        "fact_days": lambda value: {name: Days.parse(days) for name, days in value.items()},
        "open_when": lambda value: tuple(_record(OpenCase, item) for item in value),
        "without": lambda value: tuple(_record(Exemption, item) for item in value),
    }
)


def frozen(value: object) -> Any:
    return tuple(value) if isinstance(value, list) else value
