"""Which language a visitor gets, and how the page says so."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from tests.integration.public.fake_registry import INVALID, FakeRegistry, entry, place

PAGE = "/p/tempus-serva"


@pytest.mark.parametrize(
    ("query", "accept", "language"),
    [
        ("?lang=sv", "da", "sv"),
        ("", "sv-FI,sv;q=0.9,en;q=0.5", "sv"),
        ("", "de,en-US;q=0.7", "en"),
        ("", "de", "da"),  # The processor's own language, when the visitor's is not offered.
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
    [("en", "This page does not exist"), ("da", "Siden findes ikke"), ("sv", "Sidan finns inte")],
)
def test_errors_speak_the_visitors_language(visitor: FlaskClient, language: str, says: str) -> None:
    answer = visitor.get("/p/nobody", headers={"Accept-Language": language})
    assert answer.status_code == 404
    assert says in answer.text
    assert f'<html lang="{language}">' in answer.text


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
