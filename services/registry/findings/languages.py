"""Texts that are missing in one of the languages of the list."""

from __future__ import annotations

from collections.abc import Iterator

from services.registry.findings.finding import Entry, Listed, ListFinding, found
from services.registry.linter.languages import SPOKEN
from services.registry.transfers.wording import LANGUAGES, phrase


def language_findings(entry: Entry, listed: Listed) -> Iterator[ListFinding]:
    """Languages in which this entry is silent, though the list speaks them.

    An entry without any text is a finding of its own.
    """
    for name in SPOKEN:
        stated = _languages_of(entry, name)
        for language in LANGUAGES:
            if stated and language not in stated and speaks(listed, name, language):
                where = f"/{name}/{language}"
                spoken = phrase(f"language.{language}")
                yield found("text-missing", where, text=phrase(f"text.{name}"), language=spoken)


def speaks(listed: Listed, name: str, language: str) -> bool:
    """Whether any entry of the list has this text in that language."""
    return any(language in _languages_of(each, name) for each in listed.entries)


def _languages_of(entry: Entry, name: str) -> set[str]:
    return {tag.partition("-")[0] for tag, text in (entry.get(name) or {}).items() if text}
