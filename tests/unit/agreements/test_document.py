"""The document: canonical, frozen, in the language of the agreement, safe for the ledger."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import pytest
import rfc8785

from services.agreements import rendering
from services.agreements.contract.wording import built_in_templates, in_language
from services.agreements.ledger_entries import facts, persons
from tests.builders import agreement_content
from tests.unit.agreements import things


def test_the_document_is_canonical_and_hashed() -> None:
    version = things.version()
    assert rfc8785.dumps(json.loads(version.document)).decode() == version.document
    assert hashlib.sha256(version.document.encode()).hexdigest() == version.document_sha256


def test_any_change_changes_the_hash() -> None:
    hashes = {things.version(deletion_days=days).document_sha256 for days in (1, 2, None)}
    assert len(hashes) == 3


@pytest.mark.parametrize(
    ("language", "title"),
    [("en", "Data processing agreement"), ("da", "Databehandleraftale"),
     ("sv-FI", "Personuppgiftsbiträdesavtal"), ("de", "Data processing agreement")],
)  # fmt: skip
def test_its_words_follow_the_language(language: str, title: str) -> None:
    laid_out = rendering.laid_out(things.version(language=language))
    assert laid_out["title"] == title


def test_every_word_is_told_in_three_languages() -> None:
    words = json.loads((rendering.FOLDER / "words.json").read_text("utf-8"))
    assert {tuple(sorted(told)) for told in words.values()} == {("da", "en", "sv")}


def test_a_missing_answer_is_said_to_be_missing() -> None:
    made = things.version(language="en", clauses={}, transfer_instructions=None)
    answers = rendering.laid_out(things.before_sentences(made))["tables"][0]
    assert answers["heading"] == "Article 28(3)"
    assert [told for _, told in answers["rows"]] == ["not agreed"] * 9


def test_a_pdf_of_any_text_can_be_made() -> None:
    odd = {"instructions": "#panic() $x$ `y` \n\n= z // \\ <l> @a", "audit": "Łódź, Ελλάδα, Київ"}
    assert rendering.as_pdf(things.version(clauses=odd)).startswith(b"%PDF")


@pytest.mark.parametrize("text", ["監査", "\ue000", "𐎀", "🦊", "\x00\ufffe"])
def test_a_pdf_is_made_of_letters_without_a_font_too(text: str) -> None:
    assert rendering.as_pdf(things.version(clauses={"audit": text})).startswith(b"%PDF")


def test_templates_have_distinct_numbers() -> None:
    for template in built_in_templates():
        numbers = [each.number for each in template.sections]
        assert len(set(numbers)) == len(numbers)


def test_a_language_that_is_not_there_falls_back() -> None:
    assert in_language({"da": "x"}, "fi") == "x"
    assert in_language({"en": "y", "da": "x"}, "da-DK") == "x"
    assert in_language({"da": "x", "en": "y"}, "fi") == "y"


def test_facts_are_safe_for_the_ledger_and_name_no_person() -> None:
    agreement, version = things.active(), things.version()
    told = facts(agreement, version)
    rfc8785.dumps(told)
    rfc8785.dumps(persons(agreement, version))
    assert "Ida Holm" not in json.dumps(told)
    assert told["terms_key"] == agreement.group.key if agreement.group else False


KEPT = [
    {"what": "call recordings", "length": {"value": 3, "unit": "months"}},
    {"what": "customer data", "rule": "as long as the relation lasts"},
    {"what": "agreements", "length": {"value": 1, "unit": "years"}, "rule": "after the end"},
]


def duration(**more: Any) -> list[str]:
    processing = {**agreement_content()["processing"], **more}
    laid_out = rendering.laid_out(things.version(language="en", processing=processing))
    return list(laid_out["annexes"][1]["points"][1]["paragraphs"])


def test_the_annex_tells_how_long_each_kind_of_data_is_kept() -> None:
    lasts, kept = duration(retention=KEPT)
    assert lasts == "As long as the service"
    assert kept.split("\n") == [
        "The personal data are kept for:",
        "– call recordings: 3 months",
        "– customer data: as long as the relation lasts",
        "– agreements: 1 year, after the end",
    ]


def test_an_annex_of_an_agreement_that_says_no_retention_has_no_sentence_of_it() -> None:
    assert duration() == duration(retention=[]) == ["As long as the service"]
