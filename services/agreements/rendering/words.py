"""The fixed words of documents, in every language of documents."""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files
from pathlib import Path

from babel import Locale, UnknownLocaleError

from services.agreements.contract.wording import FALLBACK, in_language

FOLDER = Path(str(files("services.agreements") / "templates"))


class Words:
    """The fixed words of a document, in one language."""

    def __init__(self, language: str) -> None:
        self.language, self._words = language, all_words()
        self._territories = _territories(language)

    def __call__(self, key: str) -> str:
        return in_language(self._words[key], self.language)

    def place(self, code: str | None) -> str:
        """A country by its name, a region with its code besides; weekends only for None."""
        if code is None:
            return self("no_place")
        country, _, region = code.partition("-")
        name: str = self._territories.get(country, country)
        return f"{name} ({code})" if region else name

    def value(self, value: object) -> str:
        """Any value of a document in words."""
        if isinstance(value, bool):
            return self("yes" if value else "no")
        if isinstance(value, list):
            return ", ".join(self.value(item) for item in value) or self("missing")
        if value is None:
            return self("missing")
        text = str(value)
        return self(text) if text in self._words else text


@cache
def _territories(language: str) -> dict[str, str]:
    try:
        return dict(Locale.parse(language, sep="-").territories)
    except (UnknownLocaleError, ValueError):
        return dict(Locale(FALLBACK).territories)


@cache
def all_words() -> dict[str, dict[str, str]]:
    words: dict[str, dict[str, str]] = json.loads((FOLDER / "words.json").read_text("utf-8"))
    return words
