"""Agreements on an official text refer to it, fill its annexes, and name what is open."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import Any

import pytest

from services.agreements import rendering
from services.agreements.contract.contents import Content, Party
from services.agreements.contract.sentences.official import File
from services.agreements.contract.terms import Contact
from services.agreements.contract.wording import SPOKEN, built_in_templates
from services.agreements.model.agreement import Version
from services.agreements.model.document import check_complete, make_version, open_points
from services.agreements.model.life import DocumentIncomplete
from tests.unit.agreements import things

EU, DK, OWN = built_in_templates()
PERSON = Contact("Ada Lind", "DPO", "ada@vendor.example")
WHOLE: dict[str, Any] = {
    "measures": {"technical": ["Encryption at rest"], "organisational": ["Training"]},
    "region": "Denmark",
}


def party(party: Party) -> Party:
    return replace(party, contact=PERSON, country="DK")


def whole(language: str = "en", **more: Any) -> Content:
    made = things.content(language=language, **{**WHOLE, **more})
    clauses = replace(made.clauses, flow_down="The same.", sub_processor_audit="Once a year.")
    return replace(made, clauses=clauses)


def version(template: Any, content: Content, file: File | None = None) -> Version:
    parties = (party(things.VENDOR), party(things.CUSTOMER))
    return make_version(
        "agr_1", 1, parties, content, template, at=things.AT, by="cli", official=file
    )


def contract(of: Version) -> dict[str, Any]:
    made: dict[str, Any] = json.loads(of.document)["contract"]
    return made


@pytest.mark.parametrize("language", SPOKEN)
@pytest.mark.parametrize("template", [EU, DK], ids=lambda it: it.kind)
def test_what_stands_beside_an_official_text_has_no_number(template: Any, language: str) -> None:
    made = rendering.laid_out(version(template, whole(language)))
    assert not [each for each in made["sections"] if re.match(r"\d+\.", each["heading"])]
    assert (made["reference"], made["notes"], made["tables"]) == (None, [], [])


@pytest.mark.parametrize(
    ("template", "language", "source"),
    [
        (EU, "en", "OJ L 199, 7.6.2021, p. 18; https://eur-lex.europa.eu/eli/dec_impl/2021/915/oj"),
        (EU, "da", "EUT L 199 af 7.6.2021, s. 18"),
        (EU, "sv", "EUT L 199, 7.6.2021, s. 18"),
        (DK, "en", "December 2019 (https://www.datatilsynet.dk)"),
        (DK, "da", "december 2019 (https://www.datatilsynet.dk)"),
        (DK, "sv", "i den danska versionen"),
    ],
)
def test_the_official_text_is_named_by_its_source(
    template: Any, language: str, source: str
) -> None:
    first = contract(version(template, whole(language)))["clauses"][0]
    assert source in first["paragraphs"][0]


def test_a_copy_of_the_official_file_is_named_by_its_hash() -> None:
    bare = contract(version(EU, whole()))
    assert bare["clauses"][0]["paragraphs"][-1].endswith("no copy of the official file.")
    assert bare["official_file"] is None
    held = contract(version(EU, whole(), File("eu-2021-915.en.pdf", "ab" * 32)))
    assert "ab" * 32 in held["clauses"][0]["paragraphs"][-1]
    assert held["official_file"] == {"name": "eu-2021-915.en.pdf", "sha256": "ab" * 32}


# Template, what is left out of a whole agreement, and the points that are open then.
OPEN = [
    (EU, {}, []),
    (DK, {}, []),
    (EU, {"measures": {}}, ["Annex III: Technical measures", "Annex III: Organisational measures"]),
    (DK, {"region": None}, ["Appendix C: C.5. Place of processing"]),
    (DK, {"transfer_instructions": None}, ["Appendix C: C.6. Instruction on transfers"]),
    (DK, {"transfer_instructions": "n/a"}, ["Appendix C: C.6. Instruction on transfers"]),
    (DK, {"transfer_instructions": "None."}, []),
]


@pytest.mark.parametrize(("template", "lacking", "points"), OPEN)
def test_what_an_annex_asks_and_nobody_answered_is_open(
    template: Any, lacking: dict[str, Any], points: list[str]
) -> None:
    made = version(template, whole(**lacking))
    assert open_points(made) == points
    if not points:
        check_complete(made)
        return
    assert points[0] in rendering.laid_out(made)["notes"][0]
    with pytest.raises(DocumentIncomplete) as refused:
        check_complete(made)
    assert refused.value.context == {"open": points}


def test_a_party_without_a_contact_is_open_and_a_controller_has_that_of_its_notices() -> None:
    made = things.content(language="en", **WHOLE)
    bare = make_version("agr_1", 1, (things.VENDOR, replace(things.CUSTOMER, country="SE")), made,
                        EU, at=things.AT, by="cli")  # fmt: skip
    assert "Annex I: Processor" in open_points(bare)
    assert "Annex I: Controller" not in open_points(bare)


def test_the_annexes_of_our_own_contract_have_no_open_points_once_they_are_answered() -> None:
    assert open_points(version(OWN, things.content(language="en"))) == []


def test_what_article_28_asks_for_is_open_in_our_own_contract_until_somebody_says_it() -> None:
    processing = {"nature": "n/a", "special_categories": False, "data_subjects": ["none"]}
    bare = version(OWN, things.content(language="en", clauses={}, processing=processing))
    assert open_points(bare) == [
        "Annex 2: 2.1. Subject matter", "Annex 2: 2.2. Duration and retention",
        "Annex 2: 2.3. Nature of the processing", "Annex 2: 2.4. Purpose",
        "Annex 2: 2.5. Categories of personal data", "Annex 3: 3.1. Measures",
    ]  # fmt: skip
    with pytest.raises(DocumentIncomplete):
        check_complete(bare)


def test_sensitive_data_asks_for_what_protects_it() -> None:
    processing = replace(whole().processing, special_categories=True)
    asked = version(EU, replace(whole(), processing=processing))
    assert open_points(asked) == ["Annex II: Sensitive data and safeguards"]


@pytest.mark.parametrize("language", SPOKEN)
@pytest.mark.parametrize("template", [EU, DK], ids=lambda it: it.kind)
def test_every_point_has_a_heading_and_words_under_it_on_the_page(
    template: Any, language: str
) -> None:
    made = version(template, whole(language))
    page = rendering.as_html(made)
    for annex in rendering.laid_out(made)["annexes"]:
        assert annex["heading"] in page
        for point in annex["points"]:
            assert point["paragraphs"] or point["sub_processors"], point["heading"]
            assert point["heading"] in page
