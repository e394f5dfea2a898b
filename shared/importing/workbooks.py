"""Workbooks of Excel (XLSX): each sheet is a table."""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import IO, Any, BinaryIO, NamedTuple
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
MOST_SHEETS, MOST_LINES = 20, MOST_ROWS + 20
NO_VALUE = (
    "A formula of the workbook has no value; open it in a spreadsheet program and save it there."
)
_REF = re.compile(r"([A-Z]{1,3})(\d{1,7}):([A-Z]{1,3})(\d{1,7})")
TOO_LARGE = "The workbook is too large when it is unpacked; import it in parts."


class Span(NamedTuple):
    """A column, from 1, whose rows ``first`` to ``last`` are one merged cell."""

    column: int
    first: int
    last: int


@dataclass(frozen=True)
class _Shape:
    """How sheets are read: what is a heading, the text of a cell, and what is merged."""

    is_known: IsKnown
    text_of: Callable[[Any], str]
    merged: Mapping[str, Sequence[Span]]


def workbook_tables(
    stream: BinaryIO,
    is_known: IsKnown,
    text: Callable[[Any], str] | None = None,
    *,
    fill: bool = False,
) -> list[Table]:
    """The sheets that hold anything. Raises ``Malformed`` or ``TooLarge``.

    ``text``: what a cell of openpyxl says; by default ``text_of``. ``fill``: what is
    merged over several rows stands in each of them; else in the first one alone.
    """
    packed = io.BytesIO(b"".join(iter(lambda: stream.read(64 * 1024), b"")))
    merged = _merged(packed)
    return _tables(packed, _Shape(is_known, text or text_of, merged if fill else {}))


def _merged(packed: io.BytesIO) -> dict[str, list[Span]]:
    """Look through the whole workbook before anything is built of it.

    Returns the columns of cells that are merged over several rows, by the part of their sheet.
    """
    try:
        with zipfile.ZipFile(packed) as archive:
            parts = archive.infolist()
            if sum(part.file_size for part in parts) > LARGEST_UNPACKED:
                raise TooLarge(TOO_LARGE)
            return _looked_through(archive, parts)
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError) as error:
        detail = "The file is no workbook; save it as .xlsx, or as CSV UTF-8."
        raise Malformed(detail) from error


def _looked_through(
    archive: zipfile.ZipFile, parts: list[zipfile.ZipInfo]
) -> dict[str, list[Span]]:
    look, merged = _Look(), dict[str, list[Span]]()
    for part in parts:
        if part.filename.endswith((".xml", ".rels")):
            with archive.open(part) as file:
                merged[part.filename] = look.at(file)
    return merged


class _Look:
    """Counts elements of XML over several parts, and finds what is merged and what has no value.
    Raises ``TooLarge`` or ``Malformed``."""

    def __init__(self) -> None:
        self.elements, self.depth = 0, 0
        self.merged: list[Span] = []
        # Of the cell that is read: whether it has a formula, and its value.
        self.formula, self.value, self.in_value = False, "", False

    def at(self, file: IO[bytes]) -> list[Span]:
        self.depth, self.merged = 0, []
        parser = expat.ParserCreate()
        parser.StartElementHandler, parser.EndElementHandler = self._start, self._end
        parser.CharacterDataHandler = self._text
        parser.StartDoctypeDeclHandler = self._doctype
        try:
            parser.ParseFile(file)
        except expat.ExpatError as error:
            raise Malformed("The workbook holds broken XML; save it anew as .xlsx.") from error
        return self.merged

    def _start(self, name: str, known: dict[str, str]) -> None:
        self.elements += 1
        self.depth += 1
        if self.elements > MOST_ELEMENTS or self.depth > DEEPEST:
            raise TooLarge(TOO_LARGE)
        if name == "c":
            # A formula may well give an empty text.
            self.formula, self.value = False, "text" if known.get("t") == "str" else ""
        elif name == "f":
            self.formula = True
        elif name == "mergeCell":
            self._merge(known.get("ref", ""))
        self.in_value = name == "v"

    def _merge(self, ref: str) -> None:
        if match := _REF.fullmatch(ref):
            first, last = int(match[2]), int(match[4])
            if first < last:
                # Each row that is filled costs as an element does.
                self.elements += min(last, MOST_ROWS) - min(first, MOST_ROWS)
                self.merged.append(Span(_column(match[1]), first, last))

    def _text(self, text: str) -> None:
        if self.in_value:
            self.value = text

    def _end(self, name: str) -> None:
        self.depth -= 1
        self.in_value = False
        if name == "c" and self.formula and not self.value:
            raise Malformed(NO_VALUE)

    def _doctype(self, *_: object) -> None:
        raise Malformed("The workbook declares entities; save it anew as .xlsx.")


def _column(letters: str) -> int:
    """The number of a column: 1 for A, 27 for AA."""
    number = 0
    for letter in letters:
        number = 26 * number + ord(letter) - ord("A") + 1
    return number


def _tables(packed: io.BytesIO, shape: _Shape) -> list[Table]:
    from openpyxl import load_workbook

    try:
        book = load_workbook(packed, read_only=True, data_only=True)
        return [
            table
            for sheet in book.worksheets[:MOST_SHEETS]
            # What a reader of the workbook does not see is no part of what is handed over.
            if sheet.sheet_state == "visible" and (table := _table(sheet, shape)) is not None
        ]
    # The library raises whatever the parts of a broken workbook make it raise.
    except Exception as error:
        detail = "The workbook cannot be read; save it anew as .xlsx, or as CSV UTF-8."
        raise Malformed(detail) from error


def _table(sheet: Any, shape: _Shape) -> Table | None:
    # A sheet can say that it is 16,384 columns wide, and each empty row is then made as wide.
    rows = enumerate(sheet.iter_rows(max_row=MOST_LINES, max_col=MOST_COLUMNS), start=1)
    lines = {
        at: [shape.text_of(cell) for cell in line]
        for at, line in rows
        if any(cell.value is not None for cell in line)
    }
    for span in shape.merged.get(sheet._worksheet_path, ()):  # noqa: SLF001  It has no other name.
        _fill_down(lines, span)
    filled = [line for line in lines.values() if is_filled(line)]
    if not filled:
        return None
    at = header_at(filled, shape.is_known)
    return Table(filled[at], filled[at + 1 :])


def _fill_down(lines: Mapping[int, list[str]], span: Span) -> None:
    """What is merged over several rows stands in each of them that says anything else."""
    first = lines.get(span.first, [])
    for at in range(span.first + 1, min(span.last, MOST_LINES) + 1):
        line = lines.get(at, [])
        if span.column <= min(len(first), len(line)):
            line[span.column - 1] = first[span.column - 1]


def text_of(cell: Any) -> str:
    """The value of a cell as a text: days as ISO 8601, truth values as true and false."""
    value = cell.value
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
