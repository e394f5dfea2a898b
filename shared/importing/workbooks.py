"""Workbooks of Excel (XLSX): each sheet is a table."""

from __future__ import annotations

import io
import zipfile
import zlib
from datetime import date, datetime
from typing import IO, Any, BinaryIO
from xml.parsers import expat

from shared.errors import Malformed, TooLarge
from shared.importing.raw_rows import (
    MOST_COLUMNS,
    MOST_ROWS,
    IsKnown,
    Table,
    header_at,
    is_filled,
)

# A workbook is packed XML. 10,000 rows of 20 columns, each cell with a text of its own, are 14 MB
# and 900,000 elements; some hundred bytes can unpack to millions, and each costs time and memory.
LARGEST_UNPACKED = 32 * 1024 * 1024
MOST_ELEMENTS, DEEPEST = 1_500_000, 40
MOST_SHEETS = 20
TOO_LARGE = "The workbook is too large when it is unpacked; import it in parts."


def workbook_tables(stream: BinaryIO, is_known: IsKnown) -> list[Table]:
    """The sheets that hold anything. Raises ``Malformed`` or ``TooLarge``."""
    packed = io.BytesIO(b"".join(iter(lambda: stream.read(64 * 1024), b"")))
    _check(packed)
    return _tables(packed, is_known)


def _check(packed: io.BytesIO) -> None:
    """Look through the whole workbook before anything is built of it."""
    try:
        with zipfile.ZipFile(packed) as archive:
            parts = archive.infolist()
            if sum(part.file_size for part in parts) > LARGEST_UNPACKED:
                raise TooLarge(TOO_LARGE)
            _count_elements(archive, parts)
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError) as error:
        detail = "The file is no workbook; save it as .xlsx, or as CSV UTF-8."
        raise Malformed(detail) from error


def _count_elements(archive: zipfile.ZipFile, parts: list[zipfile.ZipInfo]) -> None:
    counter = _Counter()
    for part in parts:
        if part.filename.endswith((".xml", ".rels")):
            with archive.open(part) as file:
                counter.read(file)


class _Counter:
    """Counts elements of XML over several parts. Raises ``TooLarge`` or ``Malformed``."""

    def __init__(self) -> None:
        self.elements, self.depth = 0, 0

    def read(self, file: IO[bytes]) -> None:
        self.depth = 0
        parser = expat.ParserCreate()
        parser.StartElementHandler, parser.EndElementHandler = self._start, self._end
        parser.StartDoctypeDeclHandler = self._doctype
        try:
            parser.ParseFile(file)
        except expat.ExpatError as error:
            raise Malformed("The workbook holds broken XML; save it anew as .xlsx.") from error

    def _start(self, *_: object) -> None:
        self.elements += 1
        self.depth += 1
        if self.elements > MOST_ELEMENTS or self.depth > DEEPEST:
            raise TooLarge(TOO_LARGE)

    def _end(self, *_: object) -> None:
        self.depth -= 1

    def _doctype(self, *_: object) -> None:
        raise Malformed("The workbook declares entities; save it anew as .xlsx.")


def _tables(packed: io.BytesIO, is_known: IsKnown) -> list[Table]:
    from openpyxl import load_workbook

    try:
        book = load_workbook(packed, read_only=True, data_only=True)
        return [
            table
            for sheet in book.worksheets[:MOST_SHEETS]
            # What a reader of the workbook does not see is no part of what is handed over.
            if sheet.sheet_state == "visible" and (table := _table(sheet, is_known)) is not None
        ]
    # The library raises whatever the parts of a broken workbook make it raise.
    except Exception as error:
        detail = "The workbook cannot be read; save it anew as .xlsx, or as CSV UTF-8."
        raise Malformed(detail) from error


def _table(sheet: Any, is_known: IsKnown) -> Table | None:
    most = MOST_ROWS + 20
    lines = [
        [_text(cell) for cell in line]
        # A sheet can say that it is 16,384 columns wide, and each empty row is then made as wide.
        for line in sheet.iter_rows(max_row=most, max_col=MOST_COLUMNS, values_only=True)
        if line.count(None) < len(line)
    ]
    filled = [line for line in lines if is_filled(line)]
    if not filled:
        return None
    at = header_at(filled, is_known)
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
