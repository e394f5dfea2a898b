"""What an import of customers asks and refuses is worded in the language of its reader."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from services.identity.importing.wording import said, wording
from shared.importing.country_names import LANGUAGES

ROOT = Path(__file__).parents[3]


@pytest.mark.parametrize("name", sorted(wording()))
def test_each_sentence_exists_in_three_languages_with_the_same_places(name: str) -> None:
    sentences = wording()[name]
    assert set(sentences) == set(LANGUAGES)
    assert len({*sentences.values()}) == len(LANGUAGES)
    places = {frozenset(re.findall(r"{\w+}", text)) for text in sentences.values()}
    assert len(places) == 1


def test_each_code_that_a_row_may_be_asked_with_has_a_sentence_of_its_own() -> None:
    text = (ROOT / "services/identity/importing/rows.py").read_text("utf-8")
    codes = {*re.findall(r'"([a-z]+(?:-[a-z]+)+|required|invalid)"', text)} - {"not-read"}
    assert {"too-long", "country-unknown", "language-unknown", "required"} <= codes
    assert codes <= {name.partition("|")[0] for name in wording()}


@pytest.mark.parametrize(
    ("member", "sentence"),
    [
        ("contact_3_email", "Hvem må varsler og invitationen sendes til?"),
        ("city", "En adresse har gade, postnummer og by."),
        ("governing_law", "Her står intet, og det er nødvendigt. Hvad hører til dér?"),
        (None, "Her står intet, og det er nødvendigt. Hvad hører til dér?"),
    ],
)
def test_it_is_the_sentence_of_the_member_if_that_has_one(
    member: str | None, sentence: str
) -> None:
    assert said("da", "required", member) == sentence


def test_a_code_without_a_sentence_is_named() -> None:
    assert said("sv", "something-new") == "Raden har avvisats med koden something-new."


def test_a_language_that_is_none_of_ours_is_english() -> None:
    assert said("fr", "same-party") == "You are not your own customer."
