"""The sentence of counting: the rule, the calendar, the zone, in three languages."""

from __future__ import annotations

import json
from importlib.resources import files
from itertools import product

import pytest

from shared.counting import LANGUAGES, counted_by, counted_in_all


def plain(text: str) -> str:
    """Without the marks that keep a name apart from the text around it."""
    return text.replace("\u2068", "").replace("\u2069", "")


@pytest.mark.parametrize(
    ("language", "calendar", "zones", "end"),
    [
        ("en", "DK", ["Europe/Copenhagen"],
         "with the public holidays of Denmark and days in Europe/Copenhagen."),
        ("da", "GB-ENG", ["Europe/London"],
         "med helligdagene i Storbritannien (GB-ENG) og dage i tidszonen Europe/London."),
        ("sv", None, ["Europe/Stockholm"],
         "med veckoslut men utan helgdagar, och dygn i tidszonen Europe/Stockholm."),
        ("da", "GB", ["Europe/London"],
         "med helligdagene i Storbritannien (alle regioner) og dage i tidszonen Europe/London."),
        ("en", "FI", ["America/Toronto", "Europe/Helsinki"],
         "days in America/Toronto or Europe/Helsinki, whichever gives the customer the later day."),
    ],
)  # fmt: skip
def test_it_names_rule_calendar_and_zone(
    language: str, calendar: str | None, zones: list[str], end: str
) -> None:
    told = plain(counted_by(language, calendar, zones))
    assert "1182/71" in told
    assert told.endswith(end)


def test_without_a_zone_nothing_is_said() -> None:
    assert counted_by("en", "DK", []) == ""
    assert counted_in_all("DK", []) is None
    assert set(counted_in_all("DK", ["Europe/Copenhagen"]) or {}) == set(LANGUAGES)


def test_documents_of_agreements_say_the_same_sentence() -> None:
    """Their words stand in a table of their own, which fixes what was signed."""
    table = files("services.agreements").joinpath("templates", "sentences.json").read_text("utf-8")
    signed = json.loads(table)
    rules = {"X": signed["counted_by"], None: signed["counted_without_holidays"]}
    for language, place in product(LANGUAGES, rules):
        sentence = rules[place][language].replace("{calendar}", "X").replace("{zone}", "Y")
        assert plain(counted_by(language, place, ["Y"])) == sentence
