"""The rows of a file as they stand in it, whatever its form."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from shared.errors import DomainError, Malformed, TooLarge
from shared.importing.texts import OTHER_CHARSET, cleaned

LARGEST_ROW = 1024 * 1024
MOST_ROWS, MOST_COLUMNS = 10_000, 200
# A title may stand above the headings; further down there is none.
TITLES = 10
# Whether a heading is one that the reader of the file knows.
IsKnown = Callable[[str], bool]
# Whether a line below the headings holds headings, too.
IsSubheading = Callable[[Sequence[Any]], bool]


class TooManyRows(TooLarge):
    """A list has at most 10,000 rows; import it in parts."""

    code = "too-many-rows"


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


def cleaned_rows(
    read: Callable[[], Iterator[RawRow]], empty: type[DomainError]
) -> Iterator[RawRow]:
    """The rows that ``read`` finds in a file, one by one, with clean texts.

    Raises ``Malformed`` for texts of another charset, ``TooManyRows``, or ``empty``.
    """
    number = 0
    try:
        for row in read():
            number = row.number
            if number > MOST_ROWS:
                raise TooManyRows
            cells = {cleaned(name): cleaned(row.cells[name]) for name in row.cells}
            yield RawRow(number, cells, row.fault)
    except UnicodeError as error:
        raise Malformed(OTHER_CHARSET) from error
    if not number:
        raise empty


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


def with_subheading(header: Sequence[str], below: Sequence[Any]) -> list[str]:
    """One line of headings of two: what stands below counts, and tells more exactly what the upper
    one, which may span several columns, says. Two that are alike below are told apart by it."""
    texts = [" ".join(str(cell).split()) for cell in below]
    names, group = list[str](), ""
    for at in range(max(len(header), len(texts))):
        upper = " ".join(header[at].split()) if at < len(header) else ""
        lower = texts[at] if at < len(texts) else ""
        group = upper or group
        is_double = bool(lower) and texts.count(lower) > 1 and group != lower
        names.append(f"{group} {lower}" if is_double else lower or upper)
    return names


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


def header_at(lines: Sequence[Sequence[Any]], is_known: IsKnown) -> int:
    """Where the headings stand: the first line of several cells, below a title of one."""
    counts = [sum(bool(str(cell).strip()) for cell in line) for line in lines[:TITLES]]
    several = next((at for at, count in enumerate(counts) if count > 1), 0)
    known = any(is_known(str(cell)) for cell in lines[several]) if lines else False
    return several if known else 0
