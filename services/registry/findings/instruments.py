"""A basis that has ended and is still claimed, by a mechanism or in a text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from services.registry.findings.finding import (
    Entry,
    Listed,
    ListFinding,
    found,
    mechanisms_of,
    texts_of,
)
from services.registry.importing import words
from services.registry.transfers import Instrument

# A derogation's or a set of clauses' name is a word of many texts; these are proper names.
_NAMED_IN_TEXTS = ("adequacy",)


def dead_instrument_findings(entry: Entry, listed: Listed) -> Iterator[ListFinding]:
    """Claims of instruments without effect today; what a text denies is not claimed."""
    for pointer, _, mechanism in mechanisms_of(entry):
        known = listed.ended.get(mechanism["instrument_id"])
        if known:
            yield _claim(f"{pointer}/instrument_id", known)
    for pointer, text in texts_of(entry):
        if not words.denials().search(text):
            for known in _named(text, listed):
                yield _claim(pointer, known)


def _claim(pointer: str, known: Instrument) -> ListFinding:
    last_day = known.last_day or known.valid_from
    return found("dead-instrument", pointer, "must", name=known.title, day=last_day)


def _named(text: str, listed: Listed) -> Iterator[Instrument]:
    for known in listed.ended.values():
        if known.kind in _NAMED_IN_TEXTS:
            pattern = _pattern(known.id)
            if pattern and pattern.search(text):
                yield known


@lru_cache(maxsize=256)
def _pattern(instrument_id: str) -> re.Pattern[str] | None:
    names = dict(words.data()["mechanisms"]).get(instrument_id)
    return re.compile(rf"\b(?:{'|'.join(names)})\b", re.IGNORECASE) if names else None
