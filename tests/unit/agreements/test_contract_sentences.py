"""Golden table: what the agreed terms are as sentences of a contract, in three languages.

``golden_sentences.txt`` has a block for each case: what is agreed, then its sentences by language.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from services.agreements.contract.contents import Content
from services.agreements.contract.sentences.clauses import AGREED, clauses, phrases
from services.agreements.contract.sentences.phrases import all_sentences
from services.agreements.contract.terms import KINDS, LONGEST, REFUNDS, REMEDIES, SILENCES, STARTS
from services.agreements.contract.wording import SPOKEN, Template, built_in_templates
from services.agreements.schemas.notice_terms import ALL_CHANNELS, NoticeTermsShape
from services.agreements.use_cases.parties import content_of
from shared.documents import to_document
from tests.builders import agreement_content, notice_terms
from tests.unit.agreements import things
from tests.unit.agreements.test_notice_terms import loaded

TABLE = Path(__file__).with_name("golden_sentences.txt")
TERMS = set(NoticeTermsShape().fields) - {"breach", "end_of_processing", "audit", "other"}
OWN = built_in_templates()[2]
ZONES = ["Europe/Copenhagen"]


def cases() -> list[tuple[str, str, dict[str, list[str]]]]:
    """Subject, agreed terms, and the sentences by language, of each block of the table."""
    blocks = [block.splitlines() for block in TABLE.read_text("utf-8").split("\n\n")]
    return [case(block) for block in blocks if block and not block[0].startswith("#")]


def case(lines: list[str]) -> tuple[str, str, dict[str, list[str]]]:
    subject, _, terms = lines[0].partition(" ")
    said: dict[str, list[str]] = {}
    for line in lines[1:]:
        said.setdefault(line[:2], []).append(line[4:])
    return subject, terms, said


def agreed(terms: str) -> Content:
    """The contents with these terms: members of the notice terms, or of the contents itself."""
    members: dict[str, Any] = json.loads(terms)
    of_terms = {name: value for name, value in members.items() if name in TERMS}
    promised = members.pop("promised", {})
    long = of_terms.keys() & {"notice", "objection"}
    base = {"holidays": "DK", "channels": ["email"]} if long else notice_terms()
    given = to_document(loaded({**base, **of_terms, **promised}))
    others = {name: value for name, value in members.items() if name not in TERMS}
    return content_of(agreement_content(**{"language": "en", "notice_terms": given, **others}))


@pytest.mark.parametrize(("subject", "terms", "said"), cases())
def test_agreed_terms_are_these_sentences(
    subject: str, terms: str, said: dict[str, list[str]]
) -> None:
    assert tuple(said) == ("en", "da", "sv")
    for language, sentences in said.items():
        printed = [
            text.replace("\n", " / ") for text in AGREED[subject](
                phrases(language, ZONES), agreed(terms)
            )
        ]  # fmt: skip
        assert [each for each in printed if each in sentences] == sentences, printed


def test_the_table_has_every_unit_start_silence_kind_remedy_and_refund() -> None:
    text = TABLE.read_text("utf-8")
    values = (*LONGEST, *STARTS, *SILENCES, *KINDS, *REMEDIES, *REFUNDS)
    members = ("also", "by_kind", "soft", "emergency", "remedy", "deemed_after", "counted_to",
               "first_day_counts", "before_effect", "grounds_text", "owed_for",
               "condition")  # fmt: skip
    assert [each for each in (*values, *members) if f'"{each}"' not in text] == []


def test_every_sentence_is_there_in_each_language_with_the_same_gaps() -> None:
    for key, texts in all_sentences().items():
        assert tuple(texts) == ("en", "da", "sv"), key
        gaps = {tuple(sorted(re.findall(r"{\w*}", text))) for text in texts.values()}
        assert len(gaps) == 1, key
        assert len(set(texts.values())) > 1 or key in SAME, key


# What is spelt alike in all three.
SAME = {"also_where"}


def test_every_way_that_an_agreement_can_name_has_words() -> None:
    assert {f"way_{name}" for name in ALL_CHANNELS} <= set(all_sentences())


# Words that only one of the three languages has.
MARKS = {
    "en": {"the", "of", "and", "is", "this", "which"},
    "da": {"af", "og", "ikke", "den", "til", "databehandleren", "fra"},
    "sv": {"av", "och", "inte", "den", "till", "personuppgiftsbiträdet", "från"},
}
FOREIGN = {
    "en": {"og", "och", "ikke", "inte", "af", "av"},
    "da": {"the", "and", "och", "inte", "av", "från", "till"},
    "sv": {"the", "and", "og", "ikke", "af", "fra", "til"},
}


@pytest.mark.parametrize("language", SPOKEN)
def test_every_sentence_is_in_the_language_of_its_document(language: str) -> None:
    spoken = contract(OWN, language, products=[], clauses={}, transfer_instructions=None)
    for clause in spoken:
        for paragraph in clause["paragraphs"]:
            words = set(re.findall(r"\w+", paragraph.casefold()))
            assert not words & FOREIGN[language], paragraph
    everything = " ".join(text for clause in spoken for text in clause["paragraphs"]).casefold()
    assert MARKS[language] <= set(re.findall(r"\w+", everything))


def contract(template: Template, language: str, **more: Any) -> list[dict[str, Any]]:
    return clauses(template, things.content(language=language, **more), ZONES)


@pytest.mark.parametrize("language", SPOKEN)
def test_our_own_contract_has_all_that_article_28_asks_for_under_its_heading(language: str) -> None:
    said = [section.says for section in OWN.sections]
    assert set(said) == {*AGREED, None}
    for section, clause in zip(OWN.sections, contract(OWN, language), strict=True):
        assert clause["heading"] == section.heading[language]
        if section.says:
            sentences = AGREED[section.says](phrases(language, ZONES), things.content())
            assert len(clause["paragraphs"]) >= 1 + len(list(sentences)), clause["heading"]


@pytest.mark.parametrize("language", SPOKEN)
def test_every_annex_that_a_sentence_refers_to_is_there(language: str) -> None:
    version = things.own(language=language)
    annexes = things.laid_out(version)["annexes"]
    there = {annex["heading"].partition(".")[0].casefold() for annex in annexes}
    paragraphs = [text for clause in contract(OWN, language) for text in clause["paragraphs"]]
    named = {name.casefold() for text in paragraphs
             for name in re.findall(r"(?:[Aa]nnex|[Bb]ilaga?) \d+", text)}  # fmt: skip
    assert named == there


def test_a_section_of_a_vendor_holds_what_it_names_and_the_rest_follows() -> None:
    sections = (
        OWN.sections[0].__class__("4.2", {"en": "Our notices"}, {"en": "We write."}, "notice"),
    )
    made = clauses(
        Template(**{**vars(OWN), "sections": sections}), things.content(language="en"), ZONES
    )
    assert [clause["number"] for clause in made[:3]] == ["4.2", "5", "6"]
    assert made[0]["paragraphs"][0] == "We write."
    assert "at least 30 calendar days" in made[0]["paragraphs"][1]
    headings = [clause["heading"] for clause in made]
    assert "Notice of changes" not in headings
    assert "Objection and what follows it" in headings
    # Of what nothing was agreed there is no heading.
    assert "Duties and liability along the chain" not in headings


EFFECT = "For the controller's data the change takes effect at the earliest"
WEEK = {"value": 1, "unit": "weeks"}


@pytest.mark.parametrize(
    ("terms", "waits"),
    [
        ({"notice_days": 30, "objection_days": None}, True),
        ({"notice": {"length": WEEK}, "objection": {}}, True),
        ({"notice": {}, "objection": {"length": WEEK}}, True),
        ({"notice": {}, "objection": {"ends": "effective_day"}}, True),
        # No number is agreed, or one that binds only where possible: there is no end to wait for.
        ({"notice": {}, "objection": {}}, False),
        ({"notice": {"length": WEEK}, "soft": True}, False),
    ],
)
def test_a_change_waits_for_periods_that_have_an_end(terms: dict[str, Any], waits: bool) -> None:
    said = list(AGREED["objection"](phrases("en", ZONES), agreed(json.dumps(terms))))
    assert any(each.startswith(EFFECT) for each in said) is waits
