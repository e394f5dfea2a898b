"""What each member of evidence may hold, and the form in which a person fills it in.

One table, ``data/evidence.json``, serves both: what the form offers is what the doors take.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from services.registry.data import read
from services.registry.transfers.evidence import as_day
from services.registry.transfers.instruments import FACT_DAYS, Instrument
from services.registry.transfers.members import evidence_members
from services.registry.transfers.wording import Fact, Language, sentence
from shared.safe_text import is_text

LONGEST, MOST = 500, 50
_URL = re.compile(r"https?://[^\s/?#\\@]+\.[^\s\\]*\Z", re.IGNORECASE)
_WORDS: Mapping[str, str] = {
    "text": f"Write a text of 1 to {LONGEST} characters.",
    "day": "Write a day of the calendar as YYYY-MM-DD.",
    "flag": "Write true or false.",
    "url": "Write an address that begins with https:// or http://.",
    "texts": "Write a list of texts.",
}


@dataclass(frozen=True, slots=True)
class Field:
    """One member of evidence: ``type`` is one of those that ``data/evidence.json`` explains."""

    name: str
    type: str
    choices: tuple[Mapping[str, Any], ...] = ()

    @property
    def values(self) -> tuple[object, ...]:
        return tuple(choice["value"] for choice in self.choices)

    def takes(self, value: object) -> bool:
        return _TAKES[self.type](self, value)

    @property
    def refusal(self) -> str:
        """What to write, in a sentence."""
        named = ", ".join(map(json.dumps, self.values))
        several = ", or several as a list" if self.type == "choices" else ""
        return _WORDS.get(self.type) or f"Write one of: {named}{several}."


def wrong_values(instrument: Instrument, evidence: Mapping[str, Any]) -> dict[str, str]:
    """What to write instead, by the name of each member that holds what it may not."""
    known = {name: field_of(instrument, name) for name in evidence_members(instrument)}
    return {
        name: known[name].refusal
        for name, value in evidence.items()
        if name in known and not known[name].takes(value)
    }


def field_of(instrument: Instrument, name: str) -> Field:
    """The member with this name; one that only the platform's own record asks for is a truth
    value if its scope turns on it, a day if its name says so, else a text."""
    shipped = _members().get(name)
    if shipped is None:
        return Field(name, _type_by_use(instrument, name))
    choices = shipped.get("choices", ())
    if name == "module" and instrument.modules:
        choices = [each for each in choices if each["value"] in instrument.modules]
    return Field(name, shipped["type"], tuple(choices))


def form(instrument: Instrument, language: Language) -> list[dict[str, Any]]:
    """The form of the evidence on this instrument, one field for each member it takes.

    ``{name, type, label, help, choices, required, when}``; ``choices`` are ``{value, label}``.
    ``when`` is null, or says when the field counts: from ``first`` to ``last``, in ``countries``
    only, required of ``modules`` only (and of all, if the member ``or_if`` of the entry is not
    false).
    """
    return [
        _filled_in(instrument, field_of(instrument, name), language)
        for name in evidence_members(instrument)
    ]


def _filled_in(instrument: Instrument, field: Field, language: Language) -> dict[str, Any]:
    worded = _members().get(field.name, {})
    label = worded["label"][language] if worded else sentence(Fact(field.name), language)
    return {
        "name": field.name,
        "type": field.type,
        "label": label,
        "help": worded.get("help", _use(instrument, field.name))[language],
        "choices": [_choice(each, language) for each in field.choices],
        "required": _is_required(instrument, field.name),
        "when": _when(instrument, field.name),
    }


def _choice(choice: Mapping[str, Any], language: Language) -> dict[str, Any]:
    return {"value": choice["value"], "label": choice["label"][language]}


def _is_required(instrument: Instrument, name: str) -> bool:
    footnotes = instrument.footnotes.values()
    in_footnotes = any(name in scope.all for scope in footnotes)
    return name in instrument.requires or name in instrument.scope.all or in_footnotes


def _use(instrument: Instrument, name: str) -> Mapping[str, str]:
    """What the answer decides, where the table has no help of its own."""
    scopes = (instrument.scope, *instrument.footnotes.values())
    if any(name in scope.all for scope in scopes):
        use = "must_be_true"
    elif any(name in scope.none for scope in scopes):
        use = "must_be_false"
    else:
        use = "open" if any(case.fact == name for case in instrument.open_when) else "platform"
    said: Mapping[str, str] = _data()["help"][use]
    return said


def _when(instrument: Instrument, name: str) -> dict[str, Any] | None:
    days = instrument.fact_days.get(name) or FACT_DAYS.get(name)
    places = [at for at, scope in instrument.footnotes.items() if name in (*scope.all, *scope.none)]
    exempt = next((each for each in instrument.without if name in each.facts), None)
    modules = exempt and [each for each in instrument.modules if each not in exempt.modules]
    if not (days or places or exempt):
        return None
    return {
        "first": days and days.first,
        "last": days and days.last,
        "countries": sorted(places) or None,
        "modules": modules,
        "or_if": exempt and exempt.unless,
    }


def _type_by_use(instrument: Instrument, name: str) -> str:
    scopes = (instrument.scope, *instrument.footnotes.values())
    decided = {fact for scope in scopes for fact in (*scope.all, *scope.none)}
    decided |= {case.fact for case in instrument.open_when}
    if name in decided:
        return "flag"
    return "day" if name.endswith("_on") else "text"


def _is_text(value: object) -> bool:
    return (
        isinstance(value, str) and bool(value.strip()) and len(value) <= LONGEST and is_text(value)
    )


def _is_day(value: object) -> bool:
    # Python also reads 2026-W01-1, which is ten characters long, too.
    day = as_day(value) if isinstance(value, str) else None
    return day is not None and day.isoformat() == value


def _is_choice(field: Field, value: object) -> bool:
    # True equals 1 in Python, and is no module.
    return any(type(value) is type(each) and value == each for each in field.values)


def _are_choices(field: Field, value: object) -> bool:
    several = value if isinstance(value, list) else [value]
    return 0 < len(several) <= MOST and all(_is_choice(field, each) for each in several)


def _are_texts(value: object) -> bool:
    return isinstance(value, list) and len(value) <= MOST and all(map(_is_text, value))


_TAKES: Mapping[str, Callable[[Field, object], bool]] = {
    "text": lambda _, value: _is_text(value),
    "day": lambda _, value: _is_day(value),
    "flag": lambda _, value: isinstance(value, bool),
    "url": lambda _, value: _is_text(value) and _URL.match(str(value)) is not None,
    "texts": lambda _, value: _are_texts(value),
    "choice": _is_choice,
    "choices": _are_choices,
}


TYPES = tuple(_TAKES)


def _members() -> Mapping[str, Any]:
    members: Mapping[str, Any] = _data()["members"]
    return members


@cache
def _data() -> Mapping[str, Any]:
    data: Mapping[str, Any] = read("evidence.json")
    return data
