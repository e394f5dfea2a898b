"""Files of customers: CSV as spreadsheets write it, and workbooks."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

from services.identity.importing.columns import NAME, is_known, member_of
from services.identity.model.customer_imports import NoCustomers
from shared.importing.csv_files import csv_rows
from shared.importing.raw_rows import RawRow, Table, cleaned_rows, is_filled, named, row_of
from shared.importing.texts import decoded
from shared.importing.workbooks import workbook_tables

KINDS = ("csv", "xlsx")


def rows_of(stream: BinaryIO, kind: str, charset: str = "utf-8") -> Iterator[RawRow]:
    """The rows of a file of one of ``KINDS``.

    Raises ``Malformed``, ``TooManyRows``, ``NoCustomers``.
    """
    return cleaned_rows(lambda: _rows(stream, kind, charset), NoCustomers)


def _rows(stream: BinaryIO, kind: str, charset: str) -> Iterator[RawRow]:
    if kind == "xlsx":
        return _of_sheets(workbook_tables(stream, is_known))
    return csv_rows(decoded(stream, charset), is_known)


def _of_sheets(tables: list[Table]) -> Iterator[RawRow]:
    """The rows of those sheets that have a column of names; of a single sheet, whatever it has."""
    lists = [table for table in tables if NAME in map(member_of, table.header)]
    number = 0
    for table in lists or tables[:1]:
        names = named(table.header)
        for cells in table.rows:
            if is_filled(cells):
                number += 1
                yield row_of(number, names, cells, max(len(table.header), len(cells)))
