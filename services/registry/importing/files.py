"""Files of rows: CSV as spreadsheets write it, workbooks, JSON, YAML, HTML and Markdown tables."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import BinaryIO, TextIO

from services.registry.importing.json_files import json_rows
from services.registry.importing.raw_rows import NoRows, is_known, rows_of_tables
from services.registry.importing.tables import html_rows, markdown_rows
from services.registry.importing.yaml_files import yaml_rows
from shared.errors import Malformed
from shared.importing.csv_files import csv_rows
from shared.importing.raw_rows import MOST_ROWS, RawRow, TooManyRows
from shared.importing.texts import OTHER_CHARSET, cleaned, decoded
from shared.importing.workbooks import workbook_tables

__all__ = ["KINDS", "NoRows", "RawRow", "TooManyRows", "rows_of"]

_TEXTS: Mapping[str, Callable[[TextIO], Iterator[RawRow]]] = {
    "csv": lambda text: csv_rows(text, is_known),
    "json": json_rows,
    "yaml": yaml_rows,
    "html": html_rows,
    "markdown": markdown_rows,
}
KINDS = (*_TEXTS, "xlsx")


def rows_of(stream: BinaryIO, kind: str, charset: str = "utf-8") -> Iterator[RawRow]:
    """The rows of a file of one of ``KINDS``. Raises ``Malformed``, ``TooManyRows``, ``NoRows``."""
    number = 0
    try:
        for row in _rows(stream, kind, charset):
            number = row.number
            if number > MOST_ROWS:
                raise TooManyRows
            cells = {cleaned(name): cleaned(row.cells[name]) for name in row.cells}
            yield RawRow(number, cells, row.fault)
    except UnicodeError as error:
        raise Malformed(OTHER_CHARSET) from error
    if not number:
        raise NoRows


def _rows(stream: BinaryIO, kind: str, charset: str) -> Iterator[RawRow]:
    if kind == "xlsx":
        return rows_of_tables(workbook_tables(stream, is_known))
    return _TEXTS[kind](decoded(stream, charset))
