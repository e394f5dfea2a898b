"""Workbooks of Excel (XLSX): each sheet is a table."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from datetime import date, datetime
from typing import Any, BinaryIO

from services.registry.importing.raw_rows import (
    MOST_COLUMNS,
    MOST_ROWS,
    RawRow,
    Table,
    header_at,
    is_filled,
    rows_of_tables,
)
from shared.errors import Malformed, TooLarge

# A workbook is packed; no honest one is larger than this when it is unpacked.
LARGEST_UNPACKED = 128 * 1024 * 1024
MOST_SHEETS = 50


def workbook_rows(stream: BinaryIO) -> Iterator[RawRow]:
    """The rows of the sheets that are lists. Raises ``Malformed``, ``TooLarge``, ``NoRows``."""
    packed = io.BytesIO(b"".join(iter(lambda: stream.read(64 * 1024), b"")))
    _check(packed)
    return rows_of_tables(_tables(packed))


def _check(packed: io.BytesIO) -> None:
    try:
        with zipfile.ZipFile(packed) as archive:
            size = sum(entry.file_size for entry in archive.infolist())
    except zipfile.BadZipFile as error:
        detail = "The file is no workbook; save it as .xlsx, or as CSV UTF-8."
        raise Malformed(detail) from error
    if size > LARGEST_UNPACKED:
        raise TooLarge("The workbook is too large when it is unpacked; import it in parts.")


def _tables(packed: io.BytesIO) -> list[Table]:
    from openpyxl import load_workbook

    try:
        book = load_workbook(packed, read_only=True, data_only=True)
        return [
            table for sheet in book.worksheets[:MOST_SHEETS] if (table := _table(sheet)) is not None
        ]
    # The library raises whatever the parts of a broken workbook make it raise.
    except Exception as error:
        detail = "The workbook cannot be read; save it anew as .xlsx, or as CSV UTF-8."
        raise Malformed(detail) from error


def _table(sheet: Any) -> Table | None:
    most = MOST_ROWS + 20
    lines = [
        [_text(cell) for cell in line]
        # A sheet can say that it is 16,384 columns wide, and each empty row is then made as wide.
        for line in sheet.iter_rows(max_row=most, max_col=MOST_COLUMNS, values_only=True)
    ]
    filled = [line for line in lines if is_filled(line)]
    if not filled:
        return None
    at = header_at(filled)
    return Table(filled[at], filled[at + 1 :])


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == datetime.min.time() else str(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)
