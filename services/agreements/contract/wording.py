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
class Published:
    """The terms on which a processor lets customers serve themselves.

    ``notice_options``: the notice terms a customer may choose from; the first is the default.
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
        """What a customer of ``country`` agrees on; law, language and region by the rules."""
        return Content(
            template_id=template_id, notice_terms=terms, effective_from=from_day,
            language=language or self.language.of(country),
            governing_law=self.governing_law.of(country),
            region=self.region.of(country) if self.region else None,
            products=self.products if products is None else products,
            processing=self.processing, authorisation=self.authorisation, clauses=self.clauses,
            measures=self.measures, transfer_instructions=self.transfer_instructions,
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
