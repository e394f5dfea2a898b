"""Every line of golden_breach_wording.txt: when the time to tell of a breach begins."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from services.agreements.contract.breach_wording import FOUND, readings

TABLE = Path(__file__).with_name("golden_breach_wording.txt")


def lines() -> list[list[str]]:
    text = TABLE.read_text("utf-8").splitlines()
    return [[cell.strip() for cell in line.split("|")] for line in text
            if line and not line.startswith(("#", "=="))]  # fmt: skip


def cases() -> list[Any]:
    return [pytest.param(outcome, sentence, id=f"{language} {outcome}: {sentence}")
            for language, _, outcome, sentence, _ in lines()]  # fmt: skip


@pytest.mark.parametrize(("outcome", "sentence"), cases())
def test_a_sentence_is_what_the_law_makes_of_it(outcome: str, sentence: str) -> None:
    assert {each.outcome for each in readings(sentence)} == ({outcome} - {"none"})


@pytest.mark.parametrize(("outcome", "sentence"), cases())
def test_neither_capitals_nor_line_breaks_nor_neighbours_change_it(
    outcome: str, sentence: str
) -> None:
    text = f"The term is a year. {sentence.upper().replace('. ', '.  ')}.\nPayment is due monthly."
    assert {each.outcome for each in readings(text)} == ({outcome} - {"none"})


@pytest.mark.parametrize(("outcome", "sentence"), cases())
def test_neither_two_spaces_nor_a_tab_between_words_change_it(outcome: str, sentence: str) -> None:
    text = sentence.replace(" ", "  \t")
    assert {each.outcome for each in readings(text)} == ({outcome} - {"none"})


@pytest.mark.parametrize(
    "sentence",
    [
        "As soon as the breach has been confirmed the customer is told{}",
        "{}we notify customers of verified security incidents within two days",
    ],
)
def test_a_word_is_read_with_its_neighbours_wherever_it_stands_in_a_long_sentence(
    sentence: str,
) -> None:
    long = sentence.format(" and it pays what it has to pay" * 40)
    assert [each.outcome for each in readings(long)] == [FOUND]


def test_the_table_is_wide_enough() -> None:
    table = lines()
    assert len(table) >= 80
    assert {(language, outcome) for language, _, outcome, *_ in table} == {
        (language, outcome) for language in ("en", "da", "sv")
        for outcome in ("found", "none", "open")
    }  # fmt: skip
    assert all(source for *_, source in table)


def test_a_long_text_is_read_in_time_that_grows_with_its_length() -> None:
    assert readings("A breach is told " + "when confirmed " * 600)[0].outcome == FOUND
    assert readings(("breach " * 300 + "is told when confirmed. ") * 3)[0].outcome == FOUND
    assert readings("x" * 10_000 + " a breach is told when confirmed")[0].outcome == FOUND
    assert readings("of the confirm not told breach, " * 300) == ()
