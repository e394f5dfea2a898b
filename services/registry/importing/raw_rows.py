"""Which tables of a file are lists of sub-processors, and the rows of those."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from services.registry.importing import own, words
from services.registry.importing.columns import heading_of, split_name
from shared.errors import Malformed
from shared.importing.raw_rows import (
    RawRow,
    Table,
    is_filled,
    named,
    row_of,
    with_subheading,
)

SECTION = "section"
_TITLES = ("section", "title", "heading", "group", "category", "label", "name", "status")


class NoRows(Malformed):
    """The file holds no list of sub-processors; send a table with a column of their names."""

    code = "no-rows"


def is_known(heading: str) -> bool:
    """Whether a list of sub-processors may have a column of this heading."""
    return heading_of(heading).member is not None


def is_subheading(cells: Sequence[Any]) -> bool:
    """Whether each filled cell is a heading beyond doubt, and each of another member."""
    said = [heading_of(str(cell)) for cell in cells if str(cell).strip()]
    members = {each.member for each in said if each.member and each.sure}
    return len(said) > 1 and len(members) == len(said)


def _whole(table: Table) -> Table:
    """The table with one line of headings, where it has two."""
    if not table.rows or not is_subheading(table.rows[0]):
        return table
    header = with_subheading(table.header, table.rows[0])
    return replace(table, header=header, rows=table.rows[1:])


def rows_of_tables(tables: Sequence[Table]) -> Iterator[RawRow]:
    """The rows of those tables that are lists of sub-processors. Raises ``NoRows``."""
    tables = [_whole(table) for table in tables]
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
    # "Affiliate" heads their names as well as a yes or no.
    is_named = "legal_name" in known or "affiliate" in known
    return is_named and bool(others & set(sure))


def is_row(item: Mapping[str, Any]) -> bool:
    """Whether an object speaks of a company: it has a name, which is no list of companies."""
    return own.is_own(item) or any(
        heading_of(name).member == "legal_name" and heading_of(name).sure and not _holds_rows(value)
        for name, value in item.items()
    )


def _holds_rows(value: Any) -> bool:
    values = value if isinstance(value, list) else [value]
    return any(isinstance(each, Mapping) for each in values)


def is_keyed(name: str) -> bool:
    """Whether the members of an object of this name may be companies, each by its own key."""
    is_of_companies = heading_of(name).sure and heading_of(name).member == "legal_name"
    return is_of_companies or split_name(name) in ("sub processors", "subprocessors")


def keyed(name: str, item: Mapping[str, Any]) -> Mapping[str, Any]:
    """An item that stands under ``name``: its key, where it has no other name."""
    return item if is_row(item) else {"name": name, **item}


def titled(item: Mapping[str, Any]) -> str:
    """What an object says above the rows in it: its title."""
    titles = (item.get(name) for name in _TITLES)
    return next((title for title in titles if isinstance(title, str)), "")


def is_list_name(name: str) -> bool:
    """Whether a member of this name is a list of sub-processors: "vendors", "data"."""
    plain = split_name(name)
    heading = heading_of(name)
    return plain in words.data()["lists"] or (heading.sure and heading.member == "legal_name")
