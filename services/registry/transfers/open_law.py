"""Open law: questions on which authorities differ, with every reading, from data/open_law.json."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from services.registry.data import read


@cache
def questions() -> Mapping[str, Any]:
    """The open questions by id; each text stands in three languages."""
    found: Mapping[str, Any] = read("open_law.json")["questions"]
    return found


def to_mapping(ids: Sequence[str]) -> dict[str, Any] | None:
    """``{question, readings, sources}`` of the first question, the others under ``also``.

    None where nothing is open.
    """
    if not ids:
        return None
    first, *others = [_one(question_id) for question_id in dict.fromkeys(ids)]
    return {**first, "also": others}


def _one(question_id: str) -> dict[str, Any]:
    known = questions()[question_id]
    return {
        "id": question_id,
        "question": known["question"]["en"],
        "question_by_language": dict(known["question"]),
        "readings": [reading["en"] for reading in known["readings"]],
        "readings_by_language": _by_language(known["readings"]),
        "sources": [source["en"] for source in known["sources"]],
        "sources_by_language": _by_language(known["sources"]),
    }


def _by_language(texts: Sequence[Mapping[str, str]]) -> dict[str, list[str]]:
    return {language: [text[language] for text in texts] for language in texts[0]}
