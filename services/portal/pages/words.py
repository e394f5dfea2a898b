"""The words of the pages in the reader's language: one flat JSON catalogue per language."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path

from babel import Locale
from babel.dates import format_date

from shared.safe_text import isolated
from shared.times import parse_instant

LANGUAGES = {"en": "English", "da": "Dansk", "sv": "Svenska"}
_LOCALES = {"en": "en_GB", "da": "da_DK", "sv": "sv_SE"}
CATALOGUES = Path(__file__).parent.parent / "translations"


class Words:
    """``words("key", name=…)`` gives the text."""

    def __init__(self, language: str, texts: Mapping[str, str]) -> None:
        self.language = language
        self._texts = texts
        self._locale = Locale.parse(_LOCALES[language])

    def __call__(self, key: str, **values: object) -> str:
        return self._texts[key].format(**{name: isolated(it) for name, it in values.items()})

    def __contains__(self, key: str) -> bool:
        return key in self._texts

    def day(self, value: str | date | None) -> str:
        if not value:
            return "–"
        day = value if isinstance(value, date) else date.fromisoformat(value[:10])
        return str(format_date(day, "long", locale=self._locale))

    def moment(self, value: str | datetime) -> str:
        """A day and the time of it, in UTC."""
        at = value if isinstance(value, datetime) else parse_instant(value)
        return self("moment", day=self.day(at.date()), time=f"{at:%H:%M}")


def language_of(*tags: str | None) -> str:
    """The first of these languages (BCP 47) that the pages are written in; else English."""
    return next((tag for tag in tags if tag in LANGUAGES), "en")


@lru_cache(maxsize=8)
def words(language: str) -> Words:
    text = (CATALOGUES / f"{language}.json").read_text("utf-8")
    return Words(language, json.loads(text))
