"""The words of letters in the customer's language: one flat JSON catalogue per language."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from pathlib import Path

from babel import Locale
from babel.dates import format_date, format_skeleton

from shared.safe_text import isolated

LANGUAGES = {"en": "en_GB", "da": "da_DK", "sv": "sv_SE"}
# Norwegian reads Danish more easily than English; other languages get English.
_NEAREST = {"nb": "da", "nn": "da", "no": "da"}
CATALOGUES = Path(__file__).parent.parent / "translations"


class Words:
    """``words("key", name=…)`` gives the text; the other methods name things of the field."""

    def __init__(self, language: str, texts: Mapping[str, str]) -> None:
        self.language = language
        self._texts = texts
        self._locale = Locale.parse(LANGUAGES[language])

    def __call__(self, key: str, **values: object) -> str:
        return self._texts[key].format(**{name: isolated(it) for name, it in values.items()})

    def named(self, kind: str, code: str) -> str:
        """The word for a code, or the code itself made readable."""
        return self.listed(kind, code) or re.sub(r"[-_]+", " ", code)

    def listed(self, kind: str, code: str) -> str:
        """The word for a code; empty when the catalogue has none."""
        return self._texts.get(f"{kind}.{code}", "")

    def country(self, code: str | None) -> str:
        known: str | None = self._locale.territories.get((code or "").upper())
        return known or code or "–"

    def day(self, value: str | None) -> str:
        try:
            day = date.fromisoformat(str(value)[:10])
        except ValueError:
            return "–"
        return str(format_date(day, "long", locale=self._locale))

    def short_day(self, value: str | None, beside: str | None = None) -> str:
        """A day for a subject: "17 Dec", with its year where ``beside`` is of another one."""
        try:
            day = date.fromisoformat(str(value)[:10])
        except ValueError:
            return "–"
        form = "MMMd" if str(beside)[:4] == str(day.year) else "yMMMd"
        return str(format_skeleton(form, day, locale=self._locale))

    def moment(self, value: object) -> str:
        """An RFC 3339 instant as a day and a time of day in UTC; empty for none."""
        text = str(value or "")
        return f"{self.day(text)} {text[11:16]} UTC" if len(text) >= 16 else ""

    def span(self, value: int, unit: str) -> str:
        """A length of time: "3 months"."""
        return self(f"span.{unit}.{'one' if value == 1 else 'other'}", n=value)

    def told(self, text: object) -> str:
        """A text of the register in this language; in another one it says in which, English first.
        A text that names no language stays as its vendor wrote it."""
        if not isinstance(text, Mapping):
            return str(text or "")
        languages = (each for each in (self.language, "en", *text) if text.get(each))
        found = next(languages, None)
        if found is None or found == self.language:
            return str(text.get(found) or "")
        return self("told.in", text=text[found], language=self._language_named(found))

    def _language_named(self, tag: str) -> str:
        known: str | None = self._locale.languages.get(tag.lower().partition("-")[0])
        return known or tag


def language_of(tag: str | None) -> str:
    """The language mails are written in for a reader of ``tag`` (BCP 47)."""
    primary = (tag or "en").lower().partition("-")[0]
    nearest = _NEAREST.get(primary, primary)
    return nearest if nearest in LANGUAGES else "en"


@lru_cache(maxsize=8)
def words(language: str) -> Words:
    text = (CATALOGUES / f"{language}.json").read_text("utf-8")
    return Words(language, json.loads(text))
