"""CSV as spreadsheets write it: any separator, titles and blank lines above the headings."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from itertools import chain, islice
from typing import TextIO

from shared.errors import Malformed
from shared.importing.raw_rows import (
    LARGEST_ROW,
    TITLES,
    IsKnown,
    IsSubheading,
    RawRow,
    header_at,
    is_filled,
    named,
    row_of,
    with_subheading,
)

DELIMITERS = ",;\t|"
# Lines of a heading with line breaks in it, at most.
HEADER_LINES = 50


def csv_rows(
    text: TextIO, is_known: IsKnown, is_subheading: IsSubheading = lambda _: False
) -> Iterator[RawRow]:
    """The rows of a CSV file; ``is_known`` tells headings from titles, ``is_subheading`` a second
    line of headings from a row. Raises ``Malformed``."""
    csv.field_size_limit(LARGEST_ROW)
    first, delimiter = _start(text)
    reader = csv.reader(_chained(first, text), delimiter=delimiter, strict=True)
    try:
        lines = (line for line in reader if is_filled(line))
        top = list(islice(lines, TITLES))
        at = header_at(top, is_known)
        header, below = top[at] if top else [], top[at + 1 :]
        if below and is_subheading(below[0]):
            header, below = with_subheading(header, below[0]), below[1:]
        names = named(header)
        for number, cells in enumerate(chain(below, lines), start=1):
            yield row_of(number, names, cells, len(header))
    except csv.Error as error:
        detail = f"Line {reader.line_num}: {error}. Save the file as CSV anew, or as XLSX."
        raise Malformed(detail) from error


def _start(text: TextIO) -> tuple[str, str]:
    """The first record, and the separator that it uses."""
    line = text.readline(LARGEST_ROW)
    while line and not line.strip(" \t\r\n,;|"):
        line = text.readline(LARGEST_ROW)
    said = line.strip('\ufeff" \r\n')
    if said[:4].casefold() == "sep=" and len(said) <= 5:
        return "", said[4:] or ","
    record = line
    for _ in range(HEADER_LINES):
        if record.count('"') % 2 == 0 or not line:
            break
        line = text.readline(LARGEST_ROW)
        record += line
    return record, _delimiter(record)


def _delimiter(record: str) -> str:
    """The separator that stands most often outside of quotes."""
    outside = "".join(record.split('"')[::2])
    return max(DELIMITERS, key=outside.count)


def _chained(first: str, rest: TextIO) -> Iterator[str]:
    # The reader takes lines; a record of several is cut again.
    yield from first.splitlines(keepends=True)
    yield from rest
