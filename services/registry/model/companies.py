"""The catalogue of companies: what was read of well-known sub-processors, and where.

It is a start to fill a draft in from, and never evidence: no verdict and no gate reads it. One
advice of the to-do list takes its names as words to look for in agreements.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache, lru_cache
from typing import Any

from services.registry.data import read
from services.registry.model.register import Row

# What is known of a company besides its name.
MEMBERS = (
    "legal_name",
    "registration_number",
    "country",
    "address",
    "website",
    "own_list_url",
    "dpf_name",
)
CATALOGUE, OWN_ENTRIES = "catalogue", "own_entries"
ORIGINS = (OWN_ENTRIES, CATALOGUE)
NAMES = ("legal_name", "dpf_name")
_WORD = re.compile(r"[^\W_]+")
# Names that begin alike are told apart by their ids; so a cursor stays short.
_SORTED_BY = 24


@dataclass(frozen=True)
class Source:
    """Where a member was read: an address, else the name of a file; and the day."""

    url: str | None
    file: str | None
    read_on: date


@dataclass(frozen=True)
class Company:
    """A company, each of its members (``MEMBERS``) with its source; None where none was read.

    ``origin`` is one of ``ORIGINS``; ``id`` is unique within it.
    """

    id: str
    origin: str
    name: str
    members: Mapping[str, Any]
    sources: Mapping[str, Source]

    @property
    def position(self) -> str:
        """Where it stands in the list: by name, own entries before the catalogue."""
        return "\n".join((folded(self.name)[:_SORTED_BY], str(ORIGINS.index(self.origin)), self.id))

    def is_called(self, words: str) -> bool:
        """Whether a name of it holds ``words``, folded and not empty."""
        names = (self.name, *(self.members[name] or "" for name in NAMES))
        return bool(words) and any(words in folded(name) for name in names)


@lru_cache(maxsize=16_384)
def folded(text: str) -> str:
    """``text`` for searching: letters and digits, without capitals and accents."""
    letters = unicodedata.normalize("NFKD", text).casefold()
    plain = "".join(each for each in letters if not unicodedata.combining(each))
    return "".join(_WORD.findall(plain))


def called(companies: Iterable[Company], text: str | None) -> list[Company]:
    """Those with a name that holds ``text`` (None: all), as they stand in the list."""
    words = None if text is None else folded(text)
    found = (each for each in companies if words is None or each.is_called(words))
    return sorted(found, key=lambda each: each.position)


@cache
def shipped() -> tuple[Company, ...]:
    """The companies of ``data/companies.json``."""
    data = _data()
    sources = {
        name: Source(read["url"], read["file"], date.fromisoformat(read["read_on"]))
        for name, read in data["reads"].items()
    }
    return tuple(_company(record, sources) for record in data["companies"])


def note() -> Mapping[str, str]:
    """What the catalogue is not, by language."""
    said: Mapping[str, str] = _data()["note"]
    return said


@cache
def _data() -> Mapping[str, Any]:
    data: Mapping[str, Any] = read("companies.json")
    return data


def _company(record: Mapping[str, Any], sources: Mapping[str, Source]) -> Company:
    known = {name: each for name, each in record.items() if each is not None}
    values = {name: each["value"] for name, each in known.items()}
    return Company(
        id=values["name"],
        origin=CATALOGUE,
        name=values["name"],
        members={name: values.get(name) for name in MEMBERS},
        sources={name: sources[each["read"]] for name, each in known.items()},
    )


def of_entry(row: Row, url: str, noted_on: date) -> Company:
    """The company of one of the processor's own entries, which is at ``url``."""
    members = {name: row.content.get(name) for name in MEMBERS}
    source = Source(url, None, noted_on)
    known = ["name", *(name for name, value in members.items() if value is not None)]
    return Company(
        id=row.sub_processor_id,
        origin=OWN_ENTRIES,
        name=row.content["legal_name"],
        members=members,
        sources=dict.fromkeys(known, source),
    )
