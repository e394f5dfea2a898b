"""Lists in workbooks of Excel, with what is struck out as Markdown writes it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, BinaryIO

from services.registry.importing.raw_rows import is_known, rows_of_tables
from shared.importing.raw_rows import RawRow
from shared.importing.workbooks import text_of, workbook_tables


def workbook_rows(stream: BinaryIO) -> Iterator[RawRow]:
    """The rows of the sheets that are lists. Raises ``NoRows``, ``Malformed`` or ``TooLarge``."""
    return rows_of_tables(workbook_tables(stream, is_known, _with_strokes, fill=True))


def _with_strokes(cell: Any) -> str:
    text = text_of(cell)
    is_struck = bool(text.strip()) and cell.font is not None and cell.font.strike
    return f"~~{text.strip()}~~" if is_struck else text
