"""A document as a file of a word processor (ECMA-376), for the lawyer of the other side.

It says what the page and the PDF say. It is a copy to work on, never what is signed.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from docx import Document
from docx.document import Document as Page
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Pt

from shared.safe_text import readable

# The first day that a ZIP can name: the same document gives the same bytes on every day.
DAY_OF_FILES = (1980, 1, 1, 0, 0, 0)
LANGUAGES = {"en": "en-GB", "da": "da-DK", "sv": "sv-SE"}
Members = Mapping[str, Any]


def as_word(told: Members, at: datetime) -> bytes:
    """The document that ``layout.laid_out`` laid out, dated ``at``."""
    page = Document()
    _describe(page, told, at)
    _first_page(page, told)
    for section in told["sections"]:
        page.add_heading(readable(section["heading"]), 2)
        _paragraphs(page, section["paragraphs"])
    for table in told["tables"]:
        _facts(page, table["heading"], table["rows"], 2)
    for annex in told["annexes"]:
        _annex(page, annex)
    _acceptance(page, told["acceptance"])
    return _dated(page)


def _describe(page: Page, told: Members, at: datetime) -> None:
    properties = page.core_properties
    properties.title, properties.author = readable(told["full_title"])[:255], ""
    properties.language = LANGUAGES[told["language"]]
    properties.created = properties.modified = at.replace(tzinfo=None)
    style = page.styles["Normal"]
    style.font.size = Pt(10)
    language = OxmlElement("w:lang")
    language.set(qn("w:val"), LANGUAGES[told["language"]])
    style.element.get_or_add_rPr().append(language)


def _first_page(page: Page, told: Members) -> None:
    page.add_heading(readable(told["title"]), 0)
    _paragraphs(page, [told["version"]])
    for party in told["parties"]:
        page.add_heading(readable(party["role"]), 2)
        _paragraphs(page, ["\n".join(party["lines"])])
    if told["reference"]:
        _paragraphs(page, [": ".join(told["reference"])])
    _paragraphs(page, told["notes"])
    if told["sections"]:
        page.add_heading(readable(told["terms"]), 1)


def _annex(page: Page, annex: Members) -> None:
    page.add_heading(readable(annex["heading"]), 1)
    _paragraphs(page, [annex["text"]] if annex["text"] else [])
    for table in annex["tables"]:
        _facts(page, table["heading"], table["rows"], 2)
    if annex["sub_processors"]:
        _list(page, annex["sub_processors"])
    for point in annex["points"]:
        page.add_heading(readable(point["heading"]), 2)
        _paragraphs(page, point["paragraphs"])
        if point["sub_processors"]:
            _list(page, point["sub_processors"])


def _acceptance(page: Page, told: Members) -> None:
    page.add_heading(readable(told["heading"]), 1)
    _paragraphs(page, [told["text"]])
    for party in told["parties"]:
        _facts(page, party["role"], party["rows"], 2)
    _paragraphs(page, [": ".join(told["hash"])])


def _facts(page: Page, heading: str | None, rows: Sequence[Sequence[str]], level: int) -> None:
    if heading:
        page.add_heading(readable(heading), level)
    table = page.add_table(rows=0, cols=2)
    for label, text in rows:
        cells = table.add_row().cells
        cells[0].text, cells[1].text = readable(label), readable(text)


def _list(page: Page, told: Members) -> None:
    """The sub-processors; the head of the table is repeated on each page."""
    _paragraphs(page, list(_above(told)))
    if told["empty"]:
        return
    table = page.add_table(rows=1, cols=len(told["columns"]), style="Table Grid")
    for cell, column in zip(table.rows[0].cells, told["columns"], strict=True):
        cell.text = readable(column)
    head = table.rows[0]._tr  # noqa: SLF001  # python-docx has no name for a repeated head.
    head.get_or_add_trPr().append(OxmlElement("w:tblHeader"))
    for row in told["rows"]:
        texts = ([row["name"], *row["who"]], row["what"], row["where"])
        for cell, lines in zip(table.add_row().cells, texts, strict=True):
            cell.text = readable("\n".join(lines))


def _above(told: Members) -> Iterator[str]:
    for name in ("as_of", "remark", "empty"):
        if told[name]:
            yield f"{told[name]}." if name == "as_of" else told[name]


def _paragraphs(page: Page, texts: Sequence[str]) -> None:
    for text in texts:
        page.add_paragraph(readable(text))


def _dated(page: Page) -> bytes:
    """The file with a fixed day for each of its parts."""
    made, dated = io.BytesIO(), io.BytesIO()
    page.save(made)
    with zipfile.ZipFile(made) as source, zipfile.ZipFile(dated, "w") as target:
        for part in source.infolist():
            info = zipfile.ZipInfo(part.filename, DAY_OF_FILES)
            target.writestr(info, source.read(part), zipfile.ZIP_DEFLATED)
    return dated.getvalue()
