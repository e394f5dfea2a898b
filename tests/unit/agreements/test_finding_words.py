"""Findings are told in the three languages that people read, with the same parts in each."""

from __future__ import annotations

import json
import re
from dataclasses import replace

import pytest

from services.agreements.contract.finding import Finding
from services.agreements.contract.finding_words import FILE, counted, said
from services.agreements.contract.findings import findings
from services.agreements.contract.shortfalls import shortfalls
from services.agreements.contract.wording import built_in_templates
from shared.documents import from_document, to_document
from tests.unit.agreements.things import content

LANGUAGES = {"en", "da", "sv"}


def test_each_sentence_has_the_same_parts_in_each_language() -> None:
    for key, texts in json.loads(FILE.read_text("utf-8")).items():
        assert texts.keys() == LANGUAGES, key
        parts = {language: set(re.findall(r"{(\w+)}", text)) for language, text in texts.items()}
        assert parts["en"] == parts["da"] == parts["sv"], key


def test_every_finding_of_an_empty_agreement_is_told_in_each_language() -> None:
    full = content()
    bare = replace(
        full,
        processing=replace(full.processing, subject_matter=None, purpose=None),
        clauses=replace(full.clauses, audit="The customer is told of a breach once it is verified.",
                        end_of_processing="delete", instructions=None),
        authorisation=None, breach_notice_hours=96, deletion_days=None,
        transfer_instructions=None,
    )  # fmt: skip
    found = (*findings(bare), *shortfalls(built_in_templates()[0], bare))
    assert len({each.code for each in found}) > 9
    for each in found:
        texts = each.detail_by_language or {}
        assert texts.keys() == LANGUAGES, each.code
        assert texts["en"] == each.detail
        assert len(set(texts.values())) == 3, each.code


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("en", ("For notice the text names 1 month and 14 days; the one better for the customer "
               "binds.")),
        ("da", ("Teksten nævner 1 måned og 14 kalenderdage som varsel; det, der er bedst for "
               "kunden, gælder.")),
        ("sv", ("Texten anger 1 månad och 14 kalenderdagar som varsel; det som är bäst för kunden "
               "gäller.")),
    ],
)  # fmt: skip
def test_numbers_are_told_in_the_language_of_the_sentence(language: str, sentence: str) -> None:
    first, second = counted(1, "months"), counted(14, "days")
    assert said("two-periods-notice", first=first, second=second)[language] == sentence


def test_braces_in_a_quotation_are_no_parts() -> None:
    assert "{0}" in said("breach-notice-after-confirmation", sentence="{0} {x}")["da"]


def test_a_finding_that_was_stored_in_english_is_read() -> None:
    stored = to_document(Finding("measures-missing", "Annex III", "The annex is empty."))
    del stored["detail_by_language"]
    assert from_document(Finding, stored).detail_by_language is None
