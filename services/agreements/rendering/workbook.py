"""The record of processing (Art. 30(2) GDPR) as a workbook: texts in rows, and no formula."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Alignment, Font

from shared.safe_text import readable

WIDTH = 30


def made(title: str, head: Sequence[str], rows: Sequence[Sequence[str]]) -> bytes:
    """An XLSX: the title, the head of the table in bold, and its rows."""
    book = Workbook()
    sheet = book.active
    sheet.title = "Art. 30(2)"
    sheet.append([title])
    sheet.append(list(head))
    for texts in rows:
        sheet.append(["" for _ in head])
        for at, text in enumerate(texts, start=1):
            _write(sheet.cell(sheet.max_row, at), text)
    for cell in sheet[2]:
        cell.font = Font(bold=True)
        sheet.column_dimensions[cell.column_letter].width = WIDTH
    sheet.freeze_panes = "B3"
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _write(cell: Any, text: str) -> None:
    """As text, whatever it begins with; without characters that XML has not."""
    cell.value = ILLEGAL_CHARACTERS_RE.sub("\ufffd", readable(text))
    cell.data_type = "s"
    cell.alignment = Alignment(wrap_text=True, vertical="top")
