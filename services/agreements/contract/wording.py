"""Templates: the structure and the short wording of a document, in several languages."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, fields, replace
from datetime import date, datetime
from importlib.resources import files
from typing import Any

from services.agreements.contract.contents import (
    NO_MEASURES,
    Clauses,
    Content,
    Measures,
    Processing,
)
from services.agreements.contract.terms import NoticeTerms, Terms
from shared.documents import from_document
from shared.errors import problem_at

BUILT_IN = ""
# What notice terms promise beside days, ways and persons.
PROMISES = tuple(
    each.name
    for each in fields(NoticeTerms)
    if each.name not in (*Terms.__dataclass_fields__, "channels", "contacts")
)
FALLBACK = "en"
# The languages in which documents have words of their own (templates/words.json).
SPOKEN = ("da", "en", "sv")
# What an annex is about.
SUBJECTS = ("parties", "processing", "measures", "sub_processors")


@dataclass(frozen=True)
class Section:
    """``heading`` and ``text`` by language.

    ``says``: which of the agreed contents follow the text, as sentences (``AGREED`` of
    ``sentences.clauses``).
    """

    number: str
    heading: dict[str, str]
    text: dict[str, str]
    says: str | None = None


@dataclass(frozen=True)
class AnnexWording:
    """The words of a template for the annex of one ``subject``, by language."""

    subject: str
    heading: dict[str, str]
    text: dict[str, str]


@dataclass(frozen=True)
class ByCountry:
    """A rule of a template: what holds for a customer of one country, else ``default``."""

    default: str
    by_country: dict[str, str] = field(default_factory=dict)

    def of(self, country: str) -> str:
        return self.by_country.get(country, self.default)


@dataclass(frozen=True)
class Texts:
    """The contents of an agreement that are texts, in one language; no ``region``: that of the
    template's rule."""

    processing: Processing
    clauses: Clauses
    measures: Measures = NO_MEASURES
    transfer_instructions: str | None = None
    region: str | None = None


@dataclass(frozen=True)
class Published:
    """The terms on which a processor lets customers serve themselves.

    ``notice_options``: the notice terms a customer may choose from; the first is the default.
    ``contents_language``: that of the texts, by default the default language of documents;
    ``texts``: the same contents in other languages, by language.
    """

    processing: Processing
    authorisation: str
    notice_options: tuple[NoticeTerms, ...]
    clauses: Clauses
    governing_law: ByCountry
    language: ByCountry
    region: ByCountry | None = None
    measures: Measures = NO_MEASURES
    transfer_instructions: str | None = None
    breach_notice_hours: int | None = None
    deletion_days: int | None = None
    backup_days: int | None = None
    products: tuple[str, ...] = ()
    contents_language: str | None = None
    texts: dict[str, Texts] = field(default_factory=dict)

    @property
    def main(self) -> str:
        """The language of the contents where no other is asked for."""
        return self.contents_language or self.language.default

    @property
    def languages(self) -> set[str]:
        """The languages in which there are contents."""
        return {main_language(language) for language in (self.main, *self.texts)}

    @property
    def missing_languages(self) -> list[str]:
        """Languages that the rule promises and the contents lack: such a document is in ``main``,
        because no document has two languages."""
        rule = self.language
        promised = {main_language(each) for each in (rule.default, *rule.by_country.values())}
        return sorted(promised - self.languages)

    def texts_in(self, language: str) -> Texts:
        """The contents in ``language``, which must be one of ``languages``."""
        for each, texts in self.texts.items():
            if main_language(each) == main_language(language):
                return texts
        return Texts(self.processing, self.clauses, self.measures, self.transfer_instructions)

    def offers(self, terms: NoticeTerms) -> bool:
        """Whether a customer may have these notice terms without asking."""
        asked = _without_people(terms)
        return any(
            asked == _without_people(option) and set(terms.channels) <= set(option.channels)
            for option in self.notice_options
        )

    def completed(self, terms: NoticeTerms) -> NoticeTerms:
        """``terms`` with the promises that they leave open, as the option with their days has."""
        options = (option for option in self.notice_options if option.terms == terms.terms)
        option = next(options, None)
        if option is None:
            return terms
        told = {name: getattr(terms, name) or getattr(option, name) for name in PROMISES}
        also = terms.also if any(each.breach for each in terms.also) else option.also
        return replace(terms, also=also, **told)

    def content(
        self, template_id: str, country: str, terms: NoticeTerms, *, from_day: date,
        language: str | None = None, products: tuple[str, ...] | None = None,
    ) -> Content:  # fmt: skip
        """What a customer of ``country`` agrees on; law, language and region by the rules. In a
        language without contents there is no document: it is in that of the contents."""
        asked = language or self.language.of(country)
        written_in = asked if main_language(asked) in self.languages else self.main
        texts = self.texts_in(written_in)
        region = self.region.of(country) if self.region else None
        return Content(
            template_id=template_id, notice_terms=terms, effective_from=from_day,
            language=written_in, governing_law=self.governing_law.of(country),
            region=texts.region or region,
            products=self.products if products is None else products,
            processing=texts.processing, authorisation=self.authorisation, clauses=texts.clauses,
            measures=texts.measures, transfer_instructions=texts.transfer_instructions,
            breach_notice_hours=self.breach_notice_hours, deletion_days=self.deletion_days,
            backup_days=self.backup_days,
        )  # fmt: skip


@dataclass(frozen=True)
class Template:
    """Never changed once made: a new wording is a new template. ``owner`` "" means built in.

    ``reference`` names the official text that applies unchanged beside the wording, if any.
    ``replaces`` is the template of which this one is the next ``version``. ``covers``: by member of
    the contents, the section whose wording settles it, so that no answer is missing. ``annexes``:
    its words for them; they are numbered apart from the sections.
    """

    id: str
    owner: str
    name: str
    kind: str
    reference: str | None
    sections: tuple[Section, ...]
    created_at: datetime
    version: int = 1
    replaces: str | None = None
    published: Published | None = None
    covers: dict[str, str] = field(default_factory=dict)
    annexes: tuple[AnnexWording, ...] = ()

    @property
    def built_in(self) -> bool:
        return self.owner == BUILT_IN

    @property
    def languages(self) -> list[str]:
        """The languages in which every section is written."""
        if self.reference and not self.sections:
            return list(SPOKEN)  # Only our own words stand in what it makes.
        written: list[Section | AnnexWording] = [*self.sections, *self.annexes]
        languages = [set(part) for each in written for part in (each.heading, each.text)]
        return sorted(set.intersection(*languages)) if languages else []

    @property
    def spoken(self) -> list[str]:
        """The languages of its documents: those that its sections and our own words have."""
        own = {main_language(language) for language in self.languages}
        return [language for language in SPOKEN if language in own or not self.sections]

    @property
    def missing_languages(self) -> list[str]:
        """Languages that its published terms promise and have no contents in."""
        return self.published.missing_languages if self.published else []

    def visible_to(self, org_id: str) -> bool:
        return self.owner in (BUILT_IN, org_id)


@dataclass(frozen=True)
class StandingAcceptance:
    """A signatory's acceptance, in advance, of everybody who takes a published template."""

    name: str
    title: str
    email: str
    at: datetime
    client_id: str
    address: str | None = None


def _without_people(terms: NoticeTerms) -> NoticeTerms:
    return replace(terms, channels=(), contacts=())


def built_in_templates() -> list[Template]:
    """The templates that come with the product."""
    data = files("services.agreements").joinpath("templates/built_in.json").read_bytes()
    return [_built_in(members) for members in json.loads(data)]


def main_language(language: str) -> str:
    """``da`` of ``da-DK``."""
    return language.partition("-")[0].lower()


def spoken(language: str) -> str:
    """The language of our own words in a document that is asked for in ``language`` (BCP 47)."""
    main = main_language(language)
    return main if main in SPOKEN else FALLBACK


def check_language(template: Template, language: str, pointer: str = "/language") -> None:
    """Raises ``Invalid`` where a document would not be in this language from first to last."""
    if main_language(language) not in template.spoken:
        there = ", ".join(template.spoken) or "none"
        why = f"Documents of this template are in these languages: {there}."
        raise problem_at(pointer, "language-missing", why)


def in_language(texts: dict[str, str], language: str) -> str:
    """The text in ``language`` (BCP 47), else in its main language, else in English, else any."""
    for wish in (language, main_language(language), FALLBACK):
        if wish in texts:
            return texts[wish]
    return next(iter(texts.values()), "")


def _built_in(members: dict[str, Any]) -> Template:
    created_at = datetime.fromisoformat(members["created_at"])
    return from_document(Template, {**members, "owner": BUILT_IN, "created_at": created_at})
