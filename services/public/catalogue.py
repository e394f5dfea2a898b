"""The texts of the page in the visitor's language: one flat JSON catalogue per language.

Names of countries and formats of dates come from Babel (Unicode CLDR). Catalogues are plain JSON
files in the package, so no build step has to compile them.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from babel import Locale
from babel.dates import format_date
from werkzeug.datastructures import LanguageAccept

from shared.safe_text import isolated

LANGUAGES = {
    "en": "en_GB",
    "da": "da_DK",
    "sv": "sv_SE",
    "de": "de_DE",
    "nb": "nb_NO",
    "fi": "fi_FI",
    "fr": "fr_FR",
    "nl": "nl_NL",
}
# What is written in Norway is read as Bokmål: of the tags for Norwegian, pages have one.
OTHER_TAGS = {"no": "nb", "nn": "nb"}
CATALOGUES = Path(__file__).parent / "translations"
COURT_CASE = re.compile(r"\b[CT]-\d+/\d+(?: P)?")


class LocalText(NamedTuple):
    """A text from the register, and its language if it differs from the page's (BCP 47)."""

    text: str
    language: str | None


class Words:
    """The texts of one language: ``words("key", name=…)`` fills in the text under ``key``.

    Methods return the words for codes, days, countries and instruments.
    """

    def __init__(self, language: str, texts: Mapping[str, str]) -> None:
        self.language = language
        self._texts = texts
        self.locale = LANGUAGES[language]
        self._locale = Locale.parse(self.locale)

    @property
    def unread(self) -> str:
        """Return the note that no lawyer with this mother tongue has read the catalogue; a
        catalogue that one has read holds no such note."""
        return self._texts.get("footer.unread", "")

    def __call__(self, key: str, **values: object) -> str:
        return self._texts[key].format(**{name: isolated(value) for name, value in values.items()})

    def count(self, key: str, n: int, **values: object) -> str:
        """Return the text for ``n``: singular where the language has it (CLDR), else plural."""
        one = self._locale.plural_form(n) == "one"
        return self(f"{key}.{'one' if one else 'other'}", n=n, **values)

    def named(self, kind: str, code: str) -> str:
        """Return the word for a code; without one, the code with spaces for hyphens."""
        return self._texts.get(f"{kind}.{code}") or re.sub(r"[-_]+", " ", code)

    def country(self, code: str | None) -> str:
        name: str | None = self._locale.territories.get((code or "").upper())
        return name or code or self("unknown")

    def tongue(self, code: str) -> str:
        """Return the name of a language in this one."""
        name: str | None = self._locale.languages.get(code.split("-", maxsplit=1)[0].lower())
        return name or code

    def day(self, value: str | date) -> str:
        return written_day(str(value)[:10], LANGUAGES[self.language])

    def local_text(self, text: str | Mapping[str, str] | None) -> LocalText:
        """Return a text of the register in this language, else in English, else in any language."""
        if not isinstance(text, Mapping):
            return LocalText(text or "", None)
        for language in (self.language, "en", *text):
            if text.get(language):
                return LocalText(text[language], None if language == self.language else language)
        return LocalText("", None)

    def labelled(self, label: str, text: str) -> str:
        """Return "label: text", with the space before the colon where the language has one."""
        return f"{label}{self('colon')} {text}"

    def marked(self, local: LocalText) -> str:
        """Return a text for a place without markup, followed by its language if it differs."""
        return " ".join(filter(None, (local.text, self.tongue_mark(local))))

    def tongue_mark(self, local: LocalText) -> str:
        """Return "(in English)" for a text in English on another page; else nothing."""
        if not (local.text and local.language):
            return ""
        return f"({self('in_language', language=self.tongue(local.language))})"

    def instrument(self, mechanism: Mapping[str, Any]) -> str:
        code = str(mechanism.get("instrument_id") or "")
        text = self._texts.get(f"instrument.{code}")
        if code.startswith("adequacy-") and self.country(code[9:]) != code[9:]:
            text = self("instrument.adequacy", country=self.country(code[9:]))
        name = self.local_text(mechanism.get("name_by_language") or mechanism.get("name"))
        return text or self.marked(name) or self.named("instrument", code)

    def mechanism(self, mechanism: Mapping[str, Any], on: date) -> str:
        """Return the instrument in words; if its validity ends, also the day and the reason."""
        name, ended_on = self.instrument(mechanism), mechanism.get("ended_on")
        if not ended_on:
            return name
        if str(ended_on) > on.isoformat():
            return self("mechanism.ends", name=name, day=self.day(ended_on))
        by = str(mechanism.get("ended_by") or "")
        case = COURT_CASE.search(by)
        if case:
            key, by = "mechanism.ended_by_court", case.group()
        else:
            key = "mechanism.ended_by" if by else "mechanism.ended"
        return self(key, name=name, day=self.day(ended_on), by=by)


@lru_cache(maxsize=4096)
def written_day(day: str, locale: str) -> str:
    """Return an ISO day as people write it; any other text is returned as it is."""
    try:
        return format_date(date.fromisoformat(day), "long", locale)
    except ValueError:
        return day


@lru_cache
def words(language: str) -> Words:
    """Return the texts of a language, which must be one of ``LANGUAGES``."""
    catalogue = CATALOGUES / f"{language}.json"
    return Words(language, json.loads(catalogue.read_text("utf-8")))


def supported(tag: str | None) -> str | None:
    """Return the language of a BCP 47 tag (``da-DK``: ``da``), or None if pages lack it."""
    language = (tag or "").split("-")[0].lower()
    language = OTHER_TAGS.get(language, language)
    return language if language in LANGUAGES else None


def accepted(languages: LanguageAccept) -> list[str]:
    """Return the languages of pages that a visitor reads, the best first."""
    read = (supported(tag) for tag, weight in languages if weight)
    return list(dict.fromkeys(tag for tag in read if tag))
