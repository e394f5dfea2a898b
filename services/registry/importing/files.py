"""Files of rows: CSV as spreadsheets write it, workbooks, JSON, YAML, HTML and Markdown tables."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import BinaryIO, TextIO

from services.registry.importing.json_files import json_rows
from services.registry.importing.raw_rows import (
    NoRows,
    is_known,
    is_subheading,
)
from services.registry.importing.tables import html_rows, markdown_rows
from services.registry.importing.workbooks import workbook_rows
from services.registry.importing.yaml_files import yaml_rows
from shared.importing.csv_files import csv_rows
from shared.importing.raw_rows import RawRow, TooManyRows, cleaned_rows
from shared.importing.texts import decoded

__all__ = ["KINDS", "NoRows", "RawRow", "TooManyRows", "rows_of"]

_TEXTS: Mapping[str, Callable[[TextIO], Iterator[RawRow]]] = {
    "csv": lambda text: csv_rows(text, is_known, is_subheading),
    "json": json_rows,
    "yaml": yaml_rows,
    "html": html_rows,
    "markdown": markdown_rows,
}
KINDS = (*_TEXTS, "xlsx")


def rows_of(stream: BinaryIO, kind: str, charset: str = "utf-8") -> Iterator[RawRow]:
    """The rows of a file of one of ``KINDS``. Raises ``Malformed``, ``TooManyRows``, ``NoRows``."""
    return cleaned_rows(lambda: _rows(stream, kind, charset), NoRows)


def _rows(stream: BinaryIO, kind: str, charset: str) -> Iterator[RawRow]:
    if kind == "xlsx":
        return workbook_rows(stream)
    return _TEXTS[kind](decoded(stream, charset))
