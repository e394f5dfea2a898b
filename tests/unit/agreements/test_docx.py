"""The file of a word processor says what the page says, in its language, and is made in time."""

from __future__ import annotations

import io
from typing import Any

import pytest
from docx import Document

from services.agreements import rendering
from services.agreements.contract.wording import SPOKEN
from tests.unit.agreements import things
from tests.unit.agreements.test_pdf import least_seconds, signatures, with_sub_processors


def opened(body: bytes) -> Any:
    return Document(io.BytesIO(body))


def texts_of(page: Any) -> list[str]:
    cells = [cell.text for table in page.tables for row in table.rows for cell in row.cells]
    return [*(paragraph.text for paragraph in page.paragraphs), *cells]


@pytest.mark.parametrize("language", SPOKEN)
@pytest.mark.parametrize("template", [0, 1, 2])
def test_it_has_every_sentence_and_heading_of_the_page(template: int, language: str) -> None:
    version = with_sub_processors(2, template=template, language=language)
    told = rendering.laid_out(version, signatures(version))
    page = opened(rendering.as_docx(version, signatures(version)))
    texts = texts_of(page)
    for section in told["sections"]:
        assert section["heading"] in texts
        assert set(section["paragraphs"]) <= set(texts)
    for annex in told["annexes"]:
        assert annex["heading"] in texts
        assert {point["heading"] for point in annex["points"]} <= set(texts)
    assert page.core_properties.title == told["full_title"]
    assert page.core_properties.language.startswith(language)
    assert any(version.document_sha256 in text for text in texts)


def test_the_list_names_each_sub_processor_under_a_head_that_is_repeated() -> None:
    page = opened(rendering.as_docx(with_sub_processors(3, language="en")))
    [table] = [each for each in page.tables if len(each.columns) == 3]
    assert [row.cells[0].text.split("\n")[0] for row in table.rows][1:] == [
        "Mailer 0 Inc.", "Mailer 1 Inc.", "Mailer 2 Inc.",
    ]  # fmt: skip
    assert "tblHeader" in table.rows[0]._tr.xml


def test_the_same_document_gives_the_same_bytes() -> None:
    version = with_sub_processors(1)
    assert rendering.as_docx(version) == rendering.as_docx(version)


@pytest.mark.parametrize("text", ["監査", "\ue000", "𐎀", "🦊", "a\x00b\ufffe", "<w:p>&\u202e"])
def test_no_text_keeps_a_file_from_being_made(text: str) -> None:
    body = rendering.as_docx(things.own(clauses={"audit": text}))
    assert any("🦊" in each for each in texts_of(opened(body))) is (text == "🦊")


def test_thirty_sub_processors_take_less_than_500_ms() -> None:
    assert least_seconds(rendering.as_docx, 3) < 0.5
