"""Which tables of a file are lists of sub-processors, and the rows of those."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from services.registry.importing import own, words
from services.registry.importing.columns import heading_of, split_name
from shared.errors import Malformed
from shared.importing.raw_rows import RawRow, Table, is_filled, named, row_of

SECTION = "section"


class NoRows(Malformed):
    """The file holds no list of sub-processors; send a table with a column of their names."""

    code = "no-rows"


def is_known(heading: str) -> bool:
    """Whether a list of sub-processors may have a column of this heading."""
    return heading_of(heading).member is not None


def rows_of_tables(tables: Sequence[Table]) -> Iterator[RawRow]:
    """The rows of those tables that are lists of sub-processors. Raises ``NoRows``."""
    lists = [table for table in tables if is_list(table.header)] or _only(tables)
    if not lists:
        raise NoRows
    number = 0
    for table in lists:
        names = named(table.header)
        for cells in table.rows:
            if is_filled(cells):
                number += 1
                row = row_of(number, names, cells, max(len(table.header), len(cells)))
                yield replace(row, cells=in_section(row.cells, table.section))


def in_section(cells: Mapping[str, Any], section: str) -> dict[str, Any]:
    """The cells with that heading, if it denies, dates or limits what stands below it, or states a
    member of each."""
    doubtful = words.doubts().search(section) or words.doubts().search(split_name(section))
    said = words.said_by_section(section) or words.said_by_section(split_name(section))
    tells = doubtful or said
    return {**cells, SECTION: section} if tells and SECTION not in cells else dict(cells)


def _only(tables: Sequence[Table]) -> Sequence[Table]:
    """A single table is taken for the list, whatever its headings: they are asked about."""
    return tables if len(tables) == 1 else []


def is_list(header: Sequence[str]) -> bool:
    """Whether a table has the names of companies, and says of them what a register holds."""
    known = [heading_of(name).member for name in header]
    others = {"purpose", "location", "storage", "country", "mechanism", "data_categories"}
    sure = [heading_of(name).member for name in header if heading_of(name).sure]
    return "legal_name" in known and bool(others & set(sure))


def is_row(item: Mapping[str, Any]) -> bool:
    """Whether an object speaks of a company: it has a name."""
    return own.is_own(item) or any(
        heading_of(name).member == "legal_name" and heading_of(name).sure for name in item
    )


def is_list_name(name: str) -> bool:
    """Whether a member of this name is a list of sub-processors: "vendors", "data"."""
    plain = split_name(name)
    heading = heading_of(name)
    return plain in words.data()["lists"] or (heading.sure and heading.member == "legal_name")
