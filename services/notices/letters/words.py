"""The words of letters in the customer's language: one flat JSON catalogue per language."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from pathlib import Path

from babel import Locale
from babel.dates import format_date

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

    def told(self, text: object) -> str:
        """A text of the register: in this language if it has it, else in English, else in any."""
        if not isinstance(text, Mapping):
            return str(text or "")
        found = (text.get(each) for each in (self.language, "en", *text))
        return str(next((each for each in found if each), ""))


def language_of(tag: str | None) -> str:
    """The language mails are written in for a reader of ``tag`` (BCP 47)."""
    primary = (tag or "en").lower().partition("-")[0]
    nearest = _NEAREST.get(primary, primary)
    return nearest if nearest in LANGUAGES else "en"


@lru_cache(maxsize=8)
def words(language: str) -> Words:
    text = (CATALOGUES / f"{language}.json").read_text("utf-8")
    return Words(language, json.loads(text))
