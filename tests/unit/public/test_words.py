"""Every sentence exists in all three languages, with the same blanks to fill."""

from __future__ import annotations

import re
import string
from collections.abc import Mapping
from datetime import date

import pytest

from services.public import marks, page_text, public_members, query, verdict_text
from services.public.catalogue import CATALOGUES, LANGUAGES, supported, words
from services.public.settings import DOCUMENTED
from services.registry.transfers import pending_law

SERVICE = CATALOGUES.parent
KEY = re.compile(r"""\bt\((?:f?)["']([a-z_0-9.{}\[\]'"]+)["']""")


def catalogue(language: str) -> Mapping[str, str]:
    return words(language)._texts


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
    assert (supported("sv-FI"), supported("de"), supported(None)) == ("sv", None, None)
