"""Every sentence exists in every language, with the same blanks to fill."""

from __future__ import annotations

import re
import string
from collections.abc import Mapping
from datetime import date

import pytest
from werkzeug.datastructures import LanguageAccept
from werkzeug.http import parse_accept_header

from services.public import marks, page_text, public_members, query, verdict_text
from services.public.catalogue import (
    CATALOGUES,
    LANGUAGES,
    LocalText,
    accepted,
    supported,
    words,
)
from services.public.settings import DOCUMENTED
from services.registry.transfers import pending_law

SERVICE = CATALOGUES.parent
KEY = re.compile(r"""\bt\((?:f?)["']([a-z_0-9.{}\[\]'"]+)["']""")


# What some language says as English does: a name, a mark, or a word that both have.
SHARED = {
    "change.modify.what", "colon", "docs.in", "docs.name", "docs.text", "docs.title",
    "docs.type", "entry.optional", "evidence.module", "field.categories",
    "field.certifications", "field.website", "filter.category", "filter.page",
    "filter.product", "map.row", "nothing", "pdf.page", "retention.weeks.one", "row.more",
    "sort.name", "subscribe.json", "verdict.source", "verify.hash", "website",
}  # fmt: skip
SHARED_KINDS = ("language", "instrument", "category")


def catalogue(language: str) -> Mapping[str, str]:
    """The sentences of a language, without the note that only some catalogues have."""
    texts = words(language)._texts
    return {key: text for key, text in texts.items() if key != "footer.unread"}


def blanks(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def test_it_works() -> None:
    t = words("da")
    assert t("change.add", name="Postvogn") == "Ny underdatabehandler: Postvogn"
    assert t.country("SE") == "Sverige"
    assert t.day("2020-07-16") == "16. juli 2020"


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_has_every_sentence(language: str) -> None:
    assert catalogue(language).keys() == catalogue("en").keys()
    assert all(text.strip() for text in catalogue(language).values())


@pytest.mark.parametrize("language", LANGUAGES)
def test_translations_have_the_same_blanks(language: str) -> None:
    english = catalogue("en")
    assert {k: blanks(v) for k, v in catalogue(language).items()} == {
        k: blanks(v) for k, v in english.items()
    }


def test_every_sentence_that_code_or_template_asks_for_exists() -> None:
    sources = [*SERVICE.glob("*.py"), *SERVICE.glob("templates/*.html")]
    asked = {key for path in sources for key in KEY.findall(path.read_text())}
    whole = {key for key in asked if not key.endswith(".") and "{" not in key}
    assert len(whole) > 60
    assert whole <= catalogue("en").keys()


@pytest.mark.parametrize(
    ("kind", "codes"),
    [
        (
            "field",
            public_members.SUB_PROCESSOR.keys() - {"id", "version", "parent_id", "stated_on"},
        ),
        ("evidence", public_members.EVIDENCE),
        (
            "verdict",
            [
                *page_text.COUNTED,
                *(f"{one}.meaning" for one in verdict_text.VERDICTS),
                "no_transfer.home",
                "no_transfer.home.meaning",
                "valid.by",
                "expiring.by",
            ],
        ),
        ("fact", marks.FACTS),
        ("effective", public_members.PUBLIC_STATUS),
        ("docs", DOCUMENTED),
        ("pending", [*pending_law.STATES, "confirmed", "unconfirmed"]),
        ("regime", ["EU", "UK", "CH", "none"]),
        ("language", LANGUAGES),
        ("change", ["add", "replace", "modify", "remove"]),
        ("diff", ["added", "removed", "modified"]),
        (
            "bad_query",
            ["choice", "page", "repeated", "too_long", "lang", "day", "country", "after"],
        ),
        ("filter", set(query.LIST) - {"lang", "as_of"}),
        ("sort", query.CHOICES["sort"]),
        ("sum", set(page_text.COUNTED) - {"no_transfer"}),
    ],
)
def test_every_code_has_its_word(kind: str, codes: list[str]) -> None:
    assert {f"{kind}.{code}" for code in codes} <= catalogue("en").keys()


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "ended on 16 July 2020 by the Court of Justice of the EU, C-311/18"),
        ("da", "ophørte den 16. juli 2020 ved dom fra EU-Domstolen, C-311/18"),
        ("sv", "upphörde att gälla den 16 juli 2020 genom EU-domstolens dom C-311/18"),
    ],
)
def test_the_end_of_privacy_shield_is_told_in_words(language: str, text: str) -> None:
    shield = {"instrument_id": "eu-us-privacy-shield", "ended_on": "2020-07-16",
              "ended_by": "CJEU C-311/18 Data Protection Commissioner v Facebook"}  # fmt: skip
    told = words(language).mechanism(shield, date(2026, 11, 22))
    assert told == f"EU–US Privacy Shield: {text}"


def test_an_instrument_that_had_not_ended_on_the_day_is_told_as_in_force() -> None:
    shield = {"instrument_id": "eu-us-privacy-shield", "ended_on": "2020-07-16"}
    told = words("en").mechanism(shield, date(2020, 4, 14))
    assert told == "EU–US Privacy Shield: in force until 16 July 2020"


def test_an_adequacy_decision_names_its_country_in_the_visitors_language() -> None:
    assert words("sv").instrument({"instrument_id": "adequacy-ch"}).endswith("Schweiz")


def test_an_unknown_instrument_keeps_the_registers_name() -> None:
    assert words("da").instrument({"instrument_id": "x-1", "name": "Ny aftale"}) == "Ny aftale"
    assert words("da").instrument({"instrument_id": "x-1"}) == "x 1"


def test_a_text_is_told_in_the_visitors_language_or_says_which_it_is_in() -> None:
    t = words("da")
    assert t.local_text({"en": "mail", "da": "post"}) == ("post", None)
    assert t.local_text({"en": "mail", "sv": "post"}) == ("mail", "en")
    assert t.local_text({"fi": "posti"}) == ("posti", "fi")
    assert t.local_text(None) == ("", None)


def test_a_regional_tag_is_understood() -> None:
    tags = ("sv-FI", "de-AT", "fr-BE", "nl-BE", "fi", "nb", "no", "nn-NO", "pl", None)
    assert [supported(tag) for tag in tags] == [
        *("sv", "de", "fr", "nl", "fi", "nb", "nb", "nb", None, None)
    ]


@pytest.mark.parametrize(
    ("header", "read"),
    [
        ("nn-NO,no;q=0.9,nb;q=0.8,en;q=0.1", ["nb", "en"]),
        ("pl,de-AT;q=0.7,en;q=0.8", ["en", "de"]),
        ("fr-BE,nl;q=0", ["fr"]),
        ("*", []),
    ],
)
def test_a_visitor_reads_what_the_browser_asks_for(header: str, read: list[str]) -> None:
    assert accepted(parse_accept_header(header, LanguageAccept)) == read


@pytest.mark.parametrize("language", sorted(set(LANGUAGES) - {"en"}))
def test_no_sentence_was_left_in_english(language: str) -> None:
    english = catalogue("en")
    left = {
        key
        for key, text in catalogue(language).items()
        if text == english[key] and not key.startswith(SHARED_KINDS)
    }
    assert left <= SHARED


def test_the_catalogues_that_no_lawyer_with_that_mother_tongue_has_read_say_so() -> None:
    unread = {language for language in LANGUAGES if words(language).unread}
    assert unread == {"de", "nb", "fi", "fr", "nl"}


@pytest.mark.parametrize(
    ("language", "zero", "one", "many"),
    [
        ("en", "0 places", "1 place", "2 places"),
        ("fr", "0 lieu", "1 lieu", "2 lieux"),
        ("fi", "0 paikkaa", "1 paikka", "2 paikkaa"),
    ],
)
def test_numbers_take_the_form_of_the_language(
    language: str, zero: str, one: str, many: str
) -> None:
    assert [words(language).count("places", n) for n in (0, 1, 2)] == [zero, one, many]


@pytest.mark.parametrize(
    ("language", "country", "tongue"),
    [
        ("de", "Angemessenheitsbeschluss (Vereinigtes Königreich)", "(auf Englisch)"),
        ("nb", "Beslutning om tilstrekkelig beskyttelsesnivå for Storbritannia", "(på engelsk)"),
        ("fi", "Tietosuojan riittävyyttä koskeva päätös (Iso-Britannia)", "(kieli: englanti)"),
        ("fr", "Décision d’adéquation (Royaume-Uni)", "(en anglais)"),
        ("nl", "Adequaatheidsbesluit (Verenigd Koninkrijk)", "(in het Engels)"),
    ],
)
def test_names_of_countries_and_languages_fit_into_their_sentences(
    language: str, country: str, tongue: str
) -> None:
    t = words(language)
    assert t.instrument({"instrument_id": "adequacy-gb"}) == country
    assert t.marked(LocalText("mail", "en")) == f"mail {tongue}"
    assert t.marked(LocalText("mail", None)) == "mail"
    assert t.marked(LocalText("", "en")) == ""


@pytest.mark.parametrize(
    ("language", "terms"),
    [
        ("de", ["Unterauftragsverarbeiter", "Standardvertragsklauseln", "Einspruch"]),
        ("nb", ["Underdatabehandler", "Standard personvernbestemmelser", "innsigelse"]),
        ("fi", ["Alikäsittelijä", "Vakiosopimuslausekkeet", "vastustaa"]),
        ("fr", ["Sous-traitant ultérieur", "Clauses contractuelles types", "objections"]),
        ("nl", ["Subverwerker", "Standaardcontractbepalingen", "bezwaar"]),
    ],
)
def test_terms_of_law_are_those_of_the_regulation_in_that_language(
    language: str, terms: list[str]
) -> None:
    t = words(language)
    said = [t("column.who"), t("instrument.scc"), t("change.owes.notice")]
    assert all(term in text for term, text in zip(terms, said, strict=True))
