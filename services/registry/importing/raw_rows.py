"""The rows of a file as they stand in it, whatever its form."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from services.registry.importing import own, words
from services.registry.importing.columns import heading_of, split_name
from shared.errors import Malformed, TooLarge

LARGEST_ROW = 1024 * 1024
MOST_ROWS, MOST_COLUMNS = 10_000, 200
# A title may stand above the headings; further down there is none.
TITLES = 10
SECTION = "section"


class TooManyRows(TooLarge):
    """A list has at most 10,000 rows; import it in parts."""

    code = "too-many-rows"


class NoRows(Malformed):
    """The file holds no list of sub-processors; send a table with a column of their names."""

    code = "no-rows"


@dataclass(frozen=True, slots=True)
class RawRow:
    """Row ``number`` (from 1, the header not counted) as it stands in the file."""

    number: int
    cells: dict[str, Any]
    fault: str | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """Headings and the rows below them."""

    header: Sequence[str]
    rows: Sequence[Sequence[Any]]
    # The heading above the table, where it says that its rows are planned or past.
    section: str = ""


def named(header: Sequence[str]) -> list[str]:
    """The headings as names of cells: none at the end, numbers where one is missing.

    Raises ``Malformed`` when two are alike or there are too many.
    """
    names = [" ".join(name.split()) for name in header]
    while names and not names[-1]:
        names.pop()
    if not names or len(names) > MOST_COLUMNS or _doubled(names):
        raise Malformed("The first line must name the columns, each once, 200 at most.")
    return [name or f"column {at}" for at, name in enumerate(names, start=1)]


def _doubled(names: Sequence[str]) -> bool:
    filled = [name for name in names if name]
    return len(set(filled)) < len(filled)


def row_of(number: int, names: Sequence[str], cells: Sequence[Any], width: int) -> RawRow:
    """One row; cells without a heading are a fault, and so are more than ``width``."""
    extra = len(cells) > width or is_filled(cells[len(names) :])
    fault = f"It has {len(cells)} cells, the header {len(names)}." if extra else None
    return RawRow(number, dict(zip(names, cells, strict=False)), fault)


def is_filled(cells: Sequence[Any]) -> bool:
    return any(str(cell).strip() for cell in cells)


def header_at(lines: Sequence[Sequence[Any]]) -> int:
    """Where the headings stand: the first line of several cells, below a title of one."""
    counts = [sum(bool(str(cell).strip()) for cell in line) for line in lines[:TITLES]]
    several = next((at for at, count in enumerate(counts) if count > 1), 0)
    known = any(heading_of(str(cell)).member for cell in lines[several]) if lines else False
    return several if known else 0


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
    """The cells with that heading, if it denies, dates or limits what stands below it."""
    doubtful = words.doubts().search(section) or words.doubts().search(split_name(section))
    return {**cells, SECTION: section} if doubtful and SECTION not in cells else dict(cells)


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
