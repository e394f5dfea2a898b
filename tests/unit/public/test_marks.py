"""What an entry says of itself is told in words; what it does not say is told as not stated."""

from __future__ import annotations

from typing import Any

import pytest

from services.public.catalogue import LANGUAGES, words
from services.public.marks import FACTS, marks, stated_on
from services.public.value_text import period_text, value_lines
from tests.clock import today

USUAL: dict[str, Any] = {
    "special_categories": False, "ai_use": "none", "hr_data": "no", "affiliate": False,
    "relation": "processor_processor", "required": True,
}  # fmt: skip


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ({}, []),
        ({"ai_use": "training"}, ["Uses AI"]),
        ({"special_categories": True}, ["Special categories of data"]),
        ({"affiliate": True}, ["Same group"]),
        ({"required": False}, ["Optional"]),
        ({"ai_use": "not_stated"}, ["Not stated: use of AI"]),
        ({"affiliate": "not_stated"}, ["Not stated: whether it is of the same group"]),
        ({"required": "not_stated"}, ["Not stated: whether it can be left out"]),
        ({"special_categories": "not_stated"}, ["Not stated: special categories of data"]),
        ({"hr_data": "not_stated"}, []),
    ],
)
def test_unknown_is_told_apart_from_yes_and_no(said: dict[str, Any], told: list[str]) -> None:
    assert marks({**USUAL, **said}, words("en")) == told


@pytest.mark.parametrize("language", LANGUAGES)
def test_all_that_is_not_stated_stands_in_one_sentence(language: str) -> None:
    t = words(language)
    [line] = marks(dict.fromkeys(FACTS, "not_stated"), t)
    assert all(t(f"fact.{name}") in line for name in FACTS)
    assert value_lines("affiliate", "not_stated", t, today()) == [t("not_stated")]


def test_the_day_of_a_statement_is_told_where_it_is_known() -> None:
    entry = {"stated_on": {"ai_use": "2026-03-01", "affiliate": None}}
    assert stated_on(entry, "ai_use", words("en")) == "(stated on 1 March 2026)"
    assert stated_on(entry, "affiliate", words("en")) == ""
    assert stated_on({"stated_on": None}, "ai_use", words("en")) == ""


@pytest.mark.parametrize(
    ("language", "length", "told"),
    [
        ("en", {"value": 14, "unit": "months"}, "IP address: 14 months, after the visit"),
        ("da", {"value": 14, "unit": "months"}, "IP-adresse: 14 måneder, efter besøget"),
        ("sv", {"value": 1, "unit": "years"}, "IP-adress: 1 år, efter besöket"),
        ("en", {"value": 1, "unit": "weeks"}, "IP address: 1 week, after the visit"),
        ("da", None, "IP-adresse: efter besøget"),
    ],
)
def test_a_period_of_retention_is_told_in_the_language_of_the_page(
    language: str, length: dict[str, Any] | None, told: str
) -> None:
    period = {
        "what": {"en": "IP address", "da": "IP-adresse", "sv": "IP-adress"}, "length": length,
        "rule": {"en": "after the visit", "da": "efter besøget", "sv": "efter besöket"},
    }  # fmt: skip
    assert period_text(period, words(language)) == told
    assert value_lines("retention_periods", [period], words(language), today()) == [told]
