"""Which language a visitor gets, and how the page says so."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import html5lib
import pytest
from flask.testing import FlaskClient

from services.public.catalogue import LANGUAGES, supported, words
from tests.integration.public.fake_registry import DPF, INVALID, VALID, FakeRegistry, entry, place
from tests.readers import html_text

PAGE = "/p/tempus-serva"


@pytest.mark.parametrize(
    ("query", "accept", "language"),
    [
        ("?lang=sv", "da", "sv"),
        ("", "sv-FI,sv;q=0.9,en;q=0.5", "sv"),
        ("", "pl,en-US;q=0.7", "en"),
        ("", "pl", "da"),  # The processor's own language, when the visitor's is not offered.
        ("", "de-AT", "de"),
        ("", "fr-BE,nl-BE;q=0.8", "fr"),
        ("", "nl-BE", "nl"),
        ("", "fi,sv-FI;q=0.9", "fi"),
        ("", "nn-NO,no;q=0.9", "nb"),
        ("", None, "da"),
    ],
)
def test_the_language_is_asked_for_or_negotiated(
    visitor: FlaskClient, query: str, accept: str | None, language: str
) -> None:
    headers = {"Accept-Language": accept} if accept else {}
    answer = visitor.get(PAGE + query, headers=headers)
    assert answer.headers["Content-Language"] == language
    assert f'<html lang="{language}">' in answer.text
    assert answer.headers["Vary"] == "Accept-Language"


@pytest.mark.parametrize(
    ("query", "accept", "language"),
    [
        ("", "de,en;q=0.7", "en"),
        ("?lang=de", "de,en;q=0.7", "en"),
        ("?lang=de", "sv;q=0.1", "da"),
        ("", "de", "da"),
    ],
)
def test_a_register_is_shown_in_a_language_that_it_offers(
    visitor: FlaskClient, registry: FakeRegistry, query: str, accept: str, language: str
) -> None:
    registry.page = {"languages": ["da", "en"]}
    answer = visitor.get(PAGE + query, headers={"Accept-Language": accept})
    assert answer.headers["Content-Language"] == language
    assert 'hreflang="de"' not in answer.text


def test_texts_in_another_language_are_marked(visitor: FlaskClient) -> None:
    html = visitor.get(f"{PAGE}?lang=sv").text
    assert '<span class="tongue">(på engelska)</span>' in html.replace("\u2068", "").replace(
        "\u2069", ""
    )
    assert '<span lang="en">Hosts the platform.</span>' in html
    assert '<span lang="en">Ended on 2020-07-16' in html


def test_the_language_links_keep_the_rest_of_the_question(visitor: FlaskClient) -> None:
    html = visitor.get(f"{PAGE}?lang=en&as_of=2026-12-24&country=US").text
    assert "?lang=da&amp;as_of=2026-12-24&amp;country=US" in html


@pytest.mark.parametrize(
    ("language", "says"),
    [
        ("en", "This page does not exist"),
        ("da", "Siden findes ikke"),
        ("sv", "Sidan finns inte"),
        ("de-CH", "Diese Seite gibt es nicht"),
        ("no", "Denne siden finnes ikke"),
        ("fi", "Tätä sivua ei ole"),
        ("fr", "Cette page n’existe pas"),
        ("nl", "Deze pagina bestaat niet"),
    ],
)
def test_errors_speak_the_visitors_language(visitor: FlaskClient, language: str, says: str) -> None:
    answer = visitor.get("/p/nobody", headers={"Accept-Language": language})
    assert answer.status_code == 404
    assert says in answer.text
    assert f'<html lang="{supported(language)}">' in answer.text


@pytest.mark.parametrize(
    ("language", "says"),
    [
        ("da", "Irland ligger i EØS."),
        ("sv", "Irland ligger i EES."),
        ("en", "Ireland is in the EEA."),
    ],
)
def test_the_reason_of_a_verdict_speaks_the_visitors_language(
    visitor: FlaskClient, registry: FakeRegistry, language: str, says: str
) -> None:
    reasons = {"en": "Ireland is in the EEA.", "da": "Irland ligger i EØS.",
               "sv": "Irland ligger i EES."}  # fmt: skip
    judged = {**INVALID, "reason": reasons["en"], "reason_by_language": reasons}
    registry.entries = [entry("Google LLC", locations=[place("US", judged)])]
    html = visitor.get(f"{PAGE}?lang={language}").text.split('id="list"')[-1]
    assert says in html
    assert (reasons["en"] in html) == (language == "en")


@pytest.mark.parametrize(
    ("language", "says"),
    [
        ("en", "✓ Allowed checked 1 November 2026"),
        ("da", "✓ Tilladt kontrolleret 1. november 2026"),
        ("sv", "✓ Tillåtet kontrollerat 1 november 2026"),
        ("de", "✓ Zulässig geprüft am 1. November 2026"),
        ("fr", "✓ Autorisé vérifié le 1 novembre 2026"),
    ],
)
def test_a_transfer_that_is_allowed_says_when_that_was_checked(
    visitor: FlaskClient, registry: FakeRegistry, language: str, says: str
) -> None:
    judged = {**VALID, "checked_on": "2026-11-01"}
    registry.entries = [entry("Postvogn Inc.", locations=[place("US", judged, DPF)])]
    path = f"{PAGE}/sub-processors/sub_postvogn?lang={language}"
    assert says in html_text(visitor.get(path).text)
    judged["status"] = "unproven"
    registry.sequence += 1
    assert says.partition(" ")[2] not in html_text(visitor.get(path).text)


UNREAD = ("de", "nb", "fi", "fr", "nl")


@pytest.mark.parametrize("language", LANGUAGES)
def test_pages_say_which_words_no_lawyer_has_read(visitor: FlaskClient, language: str) -> None:
    note = words(language).unread
    for path in (PAGE, f"{PAGE}/embed", f"{PAGE}/changes", "/", "/docs"):
        html = visitor.get(f"{path}?lang={language}").text
        assert bool(note and html.count(note) == 1) == (language in UNREAD), path


@pytest.mark.parametrize("language", LANGUAGES)
def test_all_of_a_page_is_in_its_language_or_says_in_which_it_is(
    visitor: FlaskClient, registry: FakeRegistry, language: str
) -> None:
    """No sentence of ours in English stands on a page in another language without its mark."""
    registry.matters = [MATTER]
    registry.entries = [entry("Amstel BV", locations=[place("US", CONTESTED)])]
    own = set(words(language)._texts.values())
    english = {text for text in words("en")._texts.values() if " " in text and "{" not in text}
    for path in (PAGE, f"{PAGE}/sub-processors/sub_amstel", f"{PAGE}/changes", f"{PAGE}/diff"):
        said = list(spoken(visitor.get(f"{path}?lang={language}").text))
        lines = [text for text, tongue in said if tongue == language]
        assert [text for text in english - own for line in lines if text in line] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_law_that_is_not_worded_in_a_language_is_told_in_english_as_a_whole(
    visitor: FlaskClient, registry: FakeRegistry, language: str
) -> None:
    registry.matters = [MATTER]
    registry.entries = [entry("Amstel BV", locations=[place("US", CONTESTED)])]
    html = visitor.get(f"{PAGE}/sub-processors/sub_amstel?lang={language}").text
    facts = [text for text, tongue in spoken(html) if "T-553/23" in text and tongue]
    assert facts == [TOLD.get(language, TOLD["en"])]
    assert (html.count('class="tongue"') > 0) == (language in UNREAD)


def spoken(html: str) -> Iterator[tuple[str, str]]:
    """The texts of a page, each with the language that its nearest element names."""
    body = html5lib.parse(html, namespaceHTMLElements=False).find("body")
    yield from texts(body, html.partition('lang="')[2][:2])


def texts(element: Any, tongue: str) -> Iterator[tuple[str, str]]:
    tongue = element.get("lang", tongue)
    for text, language in (
        (element.text, tongue),
        *(said for child in element for said in (*texts(child, tongue), (child.tail, tongue))),
    ):
        if text and text.strip():
            yield " ".join(text.replace("\u2068", "").replace("\u2069", "").split()), language


TOLD = {
    "en": "3 September 2025: The General Court dismissed the action. (confirmed; source: T-553/23)",
    "da": "3. september 2025: Retten frifandt Kommissionen. (bekræftet; kilde: T-553/23)",
    "sv": "3 september 2025: Tribunalen ogillade talan. (bekräftat; källa: T-553/23)",
}
FACT = {
    "on": "2025-09-03", "state": "confirmed", "text": "The General Court dismissed the action.",
    "text_by_language": {
        "en": "The General Court dismissed the action.",
        "da": "Retten frifandt Kommissionen.",
        "sv": "Tribunalen ogillade talan.",
    },
    "source": "T-553/23", "source_by_language": dict.fromkeys(("en", "da", "sv"), "T-553/23"),
}  # fmt: skip
MATTER = {
    "id": "dpf", "state": "contested", "regimes": ["EU"], "instruments": [], "title": "The DPF",
    "title_by_language": {"en": "The DPF", "da": "DPF i dag", "sv": "DPF nu"},
    "recheck_by": "2027-01-31", "facts": [FACT],
}  # fmt: skip
QUESTION = {
    "id": "svalbard", "question": "Is it inside the EEA?",
    "question_by_language": {
        "en": "Is it inside the EEA?", "da": "Hører det til EØS?", "sv": "Hör det till EES?",
    },
    "readings": ["It is."],
    "readings_by_language": {"en": ["It is."], "da": ["Det gør det."], "sv": ["Det gör det."]},
    "sources": ["EEA Agreement"],
    "sources_by_language": {
        "en": ["EEA Agreement"], "da": ["EØS-aftalen"], "sv": ["EES-avtalet"],
    },
}  # fmt: skip
REASONS = {"en": "It rests on it.", "da": "Den hviler på den.", "sv": "Den vilar på den."}
CONTESTED = {
    **INVALID, "reason": REASONS["en"], "reason_by_language": REASONS,
    "contested": {"facts": [FACT], "recheck_by": "2027-01-31"}, "open": QUESTION,
}  # fmt: skip
