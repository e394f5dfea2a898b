"""How days were counted, in the languages of customers: golden_day_words.txt, and the catalogue."""

from __future__ import annotations

from datetime import date
from string import Formatter

import pytest

from services.registry.clock import dates_for, information_dates
from services.registry.clock.words import LANGUAGES
from services.registry.data import read
from tests.unit.registry.golden import rows
from tests.unit.registry.notice_terms import long

CASES = rows("golden_day_words.txt")
PHRASES: dict[str, dict[str, str]] = read("days.json")["phrases"]


@pytest.mark.parametrize("case", CASES, ids=[" ".join(case[:8]) for case in CASES])
def test_a_step_is_worded_as_the_table_says(case: tuple[str, ...]) -> None:
    given_on, notice, objection, place, rule, effective_on, name, language, clause, text = case
    terms = long(notice, objection, place, receipt_rule=rule)
    effective = None if effective_on == "-" else date.fromisoformat(effective_on)
    dates = dates_for(terms, date.fromisoformat(given_on), effective)
    step = next(step for step in dates.arithmetic if step.name == name)
    assert (step.clause_in(language), step.text_in(language)) == (clause, text)


def test_a_step_says_the_same_in_each_language_at_once() -> None:
    (step,) = information_dates(date(2026, 11, 23)).arithmetic
    told = step.to_all_languages()
    assert {name: told[name] for name in step.to_mapping()} == step.to_mapping()
    assert told["text_by_language"]["en"] == told["text"] == step.text
    assert told["clause_by_language"]["en"] == told["clause"] == step.clause
    assert told["text_by_language"]["da"].startswith("Aftalen kræver intet varsel")
    assert told["clause_by_language"]["sv"].startswith("artikel 28.2 i dataskyddsförordningen")


@pytest.mark.parametrize("code", sorted(PHRASES))
def test_each_phrase_has_the_same_blanks_in_each_language(code: str) -> None:
    blanks = {
        language: {name for _, name, _, _ in Formatter().parse(text) if name}
        for language, text in PHRASES[code].items()
    }
    assert tuple(blanks) == LANGUAGES
    assert all(each == blanks["en"] for each in blanks.values())
