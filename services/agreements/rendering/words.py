"""The fixed words of documents, in every language of documents."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from functools import cache
from importlib.resources import files
from pathlib import Path

from services.agreements.contract.sentences.phrases import Phrases, country_name, place_name
from services.agreements.contract.wording import in_language, spoken

FOLDER = Path(str(files("services.agreements") / "templates"))


class Words:
    """The fixed words of a document, in one language: ``language``, whatever was asked for."""

    def __init__(self, language: str) -> None:
        self.language, self._words = spoken(language), all_words()

    def __call__(self, key: str) -> str:
        return in_language(self._words[key], self.language)

    def place(self, code: str) -> str:
        """A country by its name, a region with its code besides. A country alone whose regions
        have other holidays is that of all of them, whose holidays then count."""
        return place_name(self.language, code)

    def country(self, code: str) -> str:
        return country_name(self.language, code)

    def day(self, iso: str) -> str:
        """``22 November 2026``, of ``2026-11-22``."""
        return Phrases(self.language).day(date.fromisoformat(iso))

    def instant(self, at: datetime) -> str:
        """``22 November 2026, 13:00:00 UTC``."""
        utc = at.astimezone(UTC)
        return f"{self.day(utc.date().isoformat())}, {utc:%H:%M:%S} UTC"

    def value(self, value: object) -> str:
        """A value that Art28 names, in words."""
        if isinstance(value, str) and value in self._words:
            return self(value)
        if isinstance(value, list):
            return ", ".join(self.value(item) for item in value) or self("missing")
        return self.told(value)

    def told(self, value: object) -> str:
        """What a party wrote, letter by letter: "return" is no code there."""
        if isinstance(value, bool):
            return self("yes" if value else "no")
        if isinstance(value, list):
            return ", ".join(self.told(item) for item in value) or self("missing")
        return self("missing") if value is None else str(value)

    def channel(self, name: str) -> str:
        """A way to tell the customer; a page is one of the web, not of the document."""
        return self("web_page") if name == "page" else self.value(name)


@cache
def all_words() -> dict[str, dict[str, str]]:
    words: dict[str, dict[str, str]] = json.loads((FOLDER / "words.json").read_text("utf-8"))
    return words
