"""A document is in one language, names its own annexes, and prints no basis without its verdict."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from services.agreements import rendering
from services.agreements.contract.annex import annex_from
from services.agreements.contract.wording import (
    SPOKEN,
    SUBJECTS,
    AnnexWording,
    Section,
    Template,
    built_in_templates,
    check_language,
    main_language,
    spoken,
)
from services.agreements.model.document import make_version
from shared.errors import Invalid
from tests.unit.agreements import things

BUILT_IN = built_in_templates()
OTHERS = ("fr", "de", "ko", "nb", "zxx", "en-GB-x-private", "sv-FI", "DA")
DAY = date(2026, 12, 1)
SHIELD = {
    "instrument_id": "eu-us-privacy-shield", "name": "EU-US Privacy Shield",
    "name_by_language": {"en": "EU-US Privacy Shield", "da": "EU-US privatlivsskjold"},
    "ended_on": "2020-07-16",
}  # fmt: skip
REASONS = {"en": "It has ended.", "da": "Den er ophørt.", "sv": "Den har upphört."}


def entry(status: str = "invalid", **verdict: Any) -> dict[str, Any]:
    said = {"status": status, "reason": REASONS["en"], "reason_by_language": REASONS, **verdict}
    place = {"country": "US", "kind": "storage", "mechanisms": [SHIELD], "verdict": said}
    return {"id": "sub_1", "legal_name": "Mailer Inc.", "locations": [place]}


def version(template: Template, language: str, *entries: dict[str, Any]) -> Any:
    content = things.content(language=language)
    return make_version(
        "agr_1", 1, (things.VENDOR, things.CUSTOMER), content, template, at=things.AT, by="cli_1",
        annex=annex_from(list(entries), DAY, language, ()),
    )  # fmt: skip


def test_our_own_words_are_in_the_languages_that_documents_have() -> None:
    words = json.loads((rendering.FOLDER / "words.json").read_text("utf-8"))
    assert {tuple(sorted(texts)) for texts in words.values()} == {tuple(sorted(SPOKEN))}


@pytest.mark.parametrize("template", BUILT_IN, ids=lambda it: it.id)
@pytest.mark.parametrize("language", [*SPOKEN, *OTHERS])
def test_the_language_tag_is_that_of_the_text(template: Template, language: str) -> None:
    there = main_language(language) in SPOKEN
    if there:
        check_language(template, language)
    else:
        with pytest.raises(Invalid) as refused:
            check_language(template, language)
        assert refused.value.errors == [{
            "pointer": "/language", "code": "language-missing",
            "detail": "Documents of this template are in these languages: da, en, sv.",
        }]  # fmt: skip
    laid_out = rendering.laid_out(version(template, language))
    assert laid_out["language"] == (main_language(language) if there else "en")
    assert spoken(language) == laid_out["language"]
    html = rendering.as_html(version(template, language))
    tags = re.findall(r'lang="([^"]+)"', html)
    assert tags == [laid_out["language"]] * len(tags) != []


def own(*languages: str, annexes: tuple[AnnexWording, ...] = ()) -> Template:
    said = {language: f"In {language}" for language in languages}
    sections = tuple(Section(str(number), said, said) for number in range(1, 6))
    return replace(BUILT_IN[2], id="tpl_own", owner="org_v", sections=sections, annexes=annexes)


def test_a_template_is_offered_in_the_languages_that_all_of_it_has() -> None:
    assert own("da", "de").spoken == ["da"]
    assert replace(own("da"), reference="An official text").languages == ["da"]
    with pytest.raises(Invalid):
        check_language(own("da", "de"), "en")
    with pytest.raises(Invalid):
        check_language(own("da", "de"), "de")
    with pytest.raises(Invalid) as refused:
        check_language(own("de"), "de")
    assert refused.value.errors[0]["detail"].endswith("in these languages: none.")
    check_language(own("da-DK"), "da")
    half = (AnnexWording("measures", {"da": "A"}, {"da": "B"}),)
    assert own("da", "en", annexes=half).spoken == ["da"]


# What stands in an annex: the labels of its facts, or the list.
STANDS = {
    "parties": {"The parties", "Parties"},
    "processing": {"Processing", "Description", "The processing"},
    "measures": {"Measures", "Technical and organisational measures", "Instruction"},
    "sub_processors": {"Sub-processors", "List of sub-processors"},
}


@pytest.mark.parametrize("template", [BUILT_IN[2], own("en")], ids=lambda it: it.id)
def test_the_heading_of_an_annex_fits_what_stands_under_it(template: Template) -> None:
    laid_out = rendering.laid_out(version(template, "en", entry()))
    texts = {text for section in laid_out["sections"] for text in section["paragraphs"]}
    found = set()
    for annex in laid_out["annexes"]:
        subject = subject_of(annex)
        heading = annex["heading"].rpartition(". ")[2]
        assert annex["text"] not in texts
        assert subject
        assert heading in STANDS[subject], heading
        found.add(subject)
    assert found >= set(SUBJECTS)


def subject_of(annex: dict[str, Any]) -> str | None:
    """What an annex is about, by what stands in it."""
    if annex["sub_processors"]:
        return "sub_processors"
    labels = [point["heading"].partition(". ")[2] for point in annex["points"]]
    for label, subject in (
        ("Subject matter", "processing"), ("Measures", "measures"), ("Controller", "parties"),
    ):  # fmt: skip
        if any(each.startswith(label) for each in labels):
            return subject
    return None


def test_a_template_names_its_annexes_by_what_stands_in_them() -> None:
    said = AnnexWording("sub_processors", {"en": "Our helpers"}, {"en": "As of today."})
    laid_out = rendering.laid_out(version(own("en", annexes=(said,)), "en", entry()))
    lists = [annex for annex in laid_out["annexes"] if annex["sub_processors"]]
    assert [annex["heading"] for annex in lists] == ["Annex 4. Our helpers"]
    assert lists[0]["text"] == "As of today."
    others = [annex["text"] for annex in laid_out["annexes"] if annex not in lists]
    assert others == [None] * (len(SUBJECTS) - 1)


@pytest.mark.parametrize("template", BUILT_IN, ids=lambda it: it.id)
@pytest.mark.parametrize("language", SPOKEN)
def test_no_summary_stands_under_the_number_of_an_official_text(
    template: Template, language: str
) -> None:
    laid_out = rendering.laid_out(version(template, language))
    numbered = [re.match(r"\d+\. ", section["heading"]) for section in laid_out["sections"]]
    assert all(numbered) if template.reference is None else not any(numbered)
    assert bool(laid_out["notes"]) is (template.reference is not None)


def where(language: str, listed: dict[str, Any]) -> str:
    laid_out = rendering.laid_out(version(BUILT_IN[2], language, listed))
    [row] = laid_out["annexes"][3]["sub_processors"]["rows"]
    [place] = row["where"]
    return str(place)


@pytest.mark.parametrize(
    ("language", "printed"),
    [
        ("en", "EU-US Privacy Shield (ended on 16 July 2020) – Not valid: It has ended."),
        ("da", "EU-US privatlivsskjold (ophørte den 16. juli 2020) – Ikke gyldigt: Den er ophørt."),
        # Where the catalogue has no words in the language, the English ones are marked.
        ("sv", "EU-US Privacy Shield (på engelska, upphörde den 16 juli 2020)"),
    ],
)
def test_a_dead_basis_is_printed_with_its_verdict(language: str, printed: str) -> None:
    assert printed in where(language, entry())


def test_a_reason_that_is_there_in_english_alone_is_marked() -> None:
    assert where("da", entry(reason_by_language={})).endswith("It has ended. (på engelsk)")
    assert "på" not in where("en", entry(reason_by_language={}))


def test_every_status_of_a_verdict_has_words() -> None:
    for status in ("no_transfer", "valid", "unproven", "expiring", "invalid", "missing"):
        for language in SPOKEN:
            assert " – " in where(language, entry(status))


def test_a_list_is_outdated_once_a_basis_dies_and_not_by_other_words() -> None:
    offered = annex_from([entry("valid")], DAY, "en", ()).members()
    assert annex_from([entry("expiring", reason="Soon.")], DAY, "en", ()).matches(offered)
    assert not annex_from([entry("invalid")], DAY, "en", ()).matches(offered)
    assert not annex_from([entry("missing")], DAY, "en", ()).matches(offered)


def test_documents_of_before_are_printed_as_they_were() -> None:
    made = version(BUILT_IN[2], "en", entry())
    members = json.loads(made.document)
    place = members["sub_processors"]["items"][0]["places"][0]
    place["bases"] = ["EU-US Privacy Shield"]
    del place["verdict"], members["template"]["annexes"]
    old = replace(made, document=json.dumps(members))
    [row] = rendering.laid_out(old)["annexes"][3]["sub_processors"]["rows"]
    assert row["where"][0].endswith(": EU-US Privacy Shield")


def test_a_list_with_a_dead_basis_says_so_above_it_in_the_language_of_the_document() -> None:
    for language, words in (("en", "Remark"), ("da", "Bemærkning"), ("sv", "Anmärkning")):
        for status, marked in (("invalid", True), ("missing", True), ("valid", False)):
            laid_out = rendering.laid_out(version(BUILT_IN[2], language, entry(status)))
            remark = laid_out["annexes"][3]["sub_processors"]["remark"]
            assert (remark is not None) is marked
            assert remark is None or (remark.startswith(words) and "Mailer Inc." in remark)


def test_the_list_names_the_chain_the_products_and_countries_by_their_names() -> None:
    below = {**entry(), "id": "sub_2", "legal_name": "Below Ltd", "parent_id": "sub_1",
             "products": ["crm"], "country": "DE"}  # fmt: skip
    made = version(BUILT_IN[2], "da", entry(), below)
    first, _ = rendering.laid_out(made)["annexes"][3]["sub_processors"]["rows"]
    assert first["who"] == ["Anvendes af Mailer Inc.", "Tyskland"]
    assert "Produkter: crm" in first["what"]
    assert first["where"][0].startswith("USA (opbevaring)")


def test_a_file_is_called_by_its_title_and_parties() -> None:
    assert rendering.title_of(version(BUILT_IN[2], "sv")) == (
        "Personuppgiftsbiträdesavtal mellan Customer och Vendor"
    )
    odd = things.version(language="en")
    named = replace(odd, document=odd.document.replace("Customer", "{processor}"))
    assert rendering.title_of(named) == "Data processing agreement between {processor} and Vendor"
