"""Records to hand over as workbooks: texts in rows, and no formula."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Alignment, Font

from shared.safe_text import readable

WIDTH = 30


@dataclass(frozen=True)
class Sheet:
    """One table: the name of its sheet, a title above it, its head, and its rows."""

    name: str
    title: str
    head: Sequence[str]
    rows: Sequence[Sequence[str]]


def made(sheets: Sequence[Sheet]) -> bytes:
    """An XLSX with one sheet for each table."""
    book = Workbook()
    book.remove(book.active)
    for sheet in sheets:
        _fill(book.create_sheet(sheet.name), sheet)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _fill(page: Any, sheet: Sheet) -> None:
    page.append([sheet.title])
    page.append(list(sheet.head))
    for texts in sheet.rows:
        page.append(["" for _ in sheet.head])
        for at, text in enumerate(texts, start=1):
            _write(page.cell(page.max_row, at), text)
    for cell in page[2]:
        cell.font, cell.alignment = Font(bold=True), Alignment(wrap_text=True, vertical="top")
        page.column_dimensions[cell.column_letter].width = WIDTH
    page.freeze_panes = "B3"


def _write(cell: Any, text: str) -> None:
    """As text, whatever it begins with; without characters that XML has not."""
    cell.value = ILLEGAL_CHARACTERS_RE.sub("\ufffd", readable(text))
    cell.data_type = "s"
    cell.alignment = Alignment(wrap_text=True, vertical="top")
