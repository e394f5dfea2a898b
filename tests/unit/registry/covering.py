"""Whether every word of a cell was read, asked about or remarked."""

from __future__ import annotations

import re
from collections.abc import Sequence

from services.registry.importing import words
from services.registry.importing.bases import read_bases
from services.registry.importing.mentions import mentions_of
from services.registry.importing.places import read_places
from services.registry.transfers import load_instruments
from shared.importing.asking import Answers
from shared.importing.cells import read_cell

NO_ANSWERS = Answers({})
_MARKS = re.compile(r"[¹²³⁰⁴-⁹]")
_WORDS = re.compile(r"[^\W_]+")
# What parts two names, and says nothing by itself.
_JOINTS = frozenset({"and", "or", "og", "eller", "och", "samt", "und", "oder"})
# Words of a mechanism that decide about its order, edition and module.
_ORDERING = """the a an by of with under alternatively alternativt otherwise failing which that then
else as subsidiært subsidiary fallback primary secondary backup module modul modules moduler modulen
one two three four i ii iii iv decision eu uk us new 2021 914 2010 87 c p processor processors
controller controllers if where unless hvis om såfremt medmindre 1 2 3 4 mod m1 m2 m3 m4 mod1
mod2 mod3 mod4 c2c c2p p2p p2c"""
_ORDER = frozenset(_ORDERING.split())


def words_of(texts: Sequence[str]) -> set[str]:
    plain = [_MARKS.sub(" ", text) for text in texts]
    return {word.casefold() for text in plain for word in _WORDS.findall(text)}


def lost_of_place(cell: object) -> set[str]:
    """The words of a cell of places that leave no trace."""
    text = read_cell(cell).text
    found = read_places(text, "locations", NO_ANSWERS)
    asked = [question.text for question in found.questions]
    kept = words_of([*found.read, *asked, *found.remarks, *(text for text, _ in found.bases)])
    return words_of([text]) - kept - _JOINTS - _nothing(text)


def lost_of_mechanism(cell: object) -> set[str]:
    """The words of a cell of mechanisms that leave no trace."""
    text = read_cell(cell).text
    found = read_bases([text], NO_ANSWERS, load_instruments())
    line = "; ".join(text.splitlines())
    read = [line[each.start : each.end] for each in mentions_of(line)]
    read += [line[start:end] for each in mentions_of(line) for start, end in each.read]
    asked = [question.text for question in found.questions]
    # The id of an instrument is taken as a whole, without being looked for in the text.
    ids = [named.instrument_id for named in found.named]
    kept = words_of([*read, *asked, *found.remarks, *(each for each in ids if each == text)])
    return words_of([text]) - kept - _JOINTS - _ORDER - _nothing(text)


def _nothing(text: str) -> set[str]:
    """Words of a text that says there is nothing: "N/A"."""
    parts = [text, *re.split(r"[;,\n()\[\]|:—–]", text)]
    return words_of([part for part in parts if words.says_nothing(part)])
