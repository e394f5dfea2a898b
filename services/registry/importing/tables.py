"""Tables in HTML and Markdown, as they look when read."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import TextIO

from services.registry.importing.raw_rows import rows_of_tables
from shared.errors import TooLarge
from shared.importing.raw_rows import MOST_COLUMNS, MOST_ROWS, RawRow, Table

_RULE = re.compile(r"\|?\s*:?-+:?\s*(?:\|\s*:?-+:?\s*)*\|?")
_HTML_TABLE = re.compile(r"<table\b", re.IGNORECASE)
_BAR = re.compile(r"(?<!\\)\|")
# Elements whose text is not shown.
_HIDDEN = ("script", "style", "template", "noscript")
_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
# Elements that part what stands around them; cells are those of a table in a cell.
_LINES = ("br", "p", "div", "li", "ul", "ol", "tr", "td", "th")
_RAISED = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
# What is struck out, which is told apart where cells are read.
_STRUCK = ("s", "del", "strike")


# 10,000 rows of ten cells are 400,000 tags; each costs time and memory.
MOST_TAGS = 600_000
TOO_LARGE = "The page has too many rows or tags; import it in parts, or as CSV."


def html_rows(text: TextIO) -> Iterator[RawRow]:
    """The rows of the tables of a page. Raises ``NoRows``."""
    return rows_of_tables(_html_tables(text.read()))


def markdown_rows(text: TextIO) -> Iterator[RawRow]:
    """The rows of the tables of a Markdown file, those written in HTML, too. Raises ``NoRows``."""
    whole = text.read()
    tables = _markdown_tables(whole.splitlines())
    if _HTML_TABLE.search(whole):
        tables += _html_tables(whole)
    return rows_of_tables(tables)


def _markdown_tables(lines: Sequence[str]) -> list[Table]:
    tables: list[Table] = []
    at, section = 1, ""
    while at < len(lines):
        if lines[at - 1].startswith("#"):
            section = lines[at - 1].strip("# ")
        if "|" in lines[at - 1] and "-" in lines[at] and _RULE.fullmatch(lines[at].strip()):
            header, rows = _cells(lines[at - 1]), []
            at += 1
            while at < len(lines) and "|" in lines[at]:
                rows.append(_cells(lines[at]))
                at += 1
            tables.append(Table(header, rows, section))
        at += 1
    return tables


def _cells(line: str) -> list[str]:
    text = line.strip().removeprefix("|")
    text = text[:-1] if text.endswith("|") and not text.endswith("\\|") else text
    return [cell.strip().replace("\\|", "|") for cell in _BAR.split(text)]


def _html_tables(text: str) -> list[Table]:
    """Raises ``TooLarge``."""
    if text.count("<") > MOST_TAGS:
        raise TooLarge(TOO_LARGE)
    parser = _Tables()
    parser.feed(text)
    parser.finish()
    found = zip(parser.tables, parser.sections, strict=True)
    return [Table(table[0], table[1:], above) for table, above in found if len(table) > 1]


@dataclass
class _Cell:
    """``text`` with Markdown links, which are told apart where cells are read; ``pictures``: what
    they say in words, which counts where nothing else is said."""

    colspan: int
    rowspan: int
    is_heading: bool = False
    text: list[str] = field(default_factory=list)
    pictures: list[str] = field(default_factory=list)


class _Tables(HTMLParser):
    """Collects the tables of a page; a table inside a cell is text of that cell."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.tables: list[list[list[str]]] = []
        # The heading above each table.
        self.sections: list[str] = []
        self._heading: list[str] | None = None
        self._above = ""
        self._depth = self._hidden = self._rows = 0
        self._row: list[str] = []
        # The headings above the columns of the row, each above all that it spans; and the row's.
        self._upper: list[str] = []
        self._headings: list[str | None] = []
        self._cell: _Cell | None = None
        self._link: tuple[str, int] | None = None
        self._raised: int | None = None
        # Cells that reach into the rows below: column, rows left, text.
        self._spans: dict[int, tuple[int, str]] = {}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        known = {name: value or "" for name, value in attrs}
        if tag in _HIDDEN:
            self._hidden += 1
        elif tag == "table":
            self._depth += 1
            if self._depth == 1:
                self.tables.append([])
                self.sections.append(self._above)
                self._spans = {}
        elif not self._depth and tag in _HEADINGS:
            self._heading = []
        elif self._depth == 1 and tag == "tr":
            self._end_row()
        elif self._depth == 1 and tag in ("td", "th"):
            self._end_cell()
            spans = _number(known.get("colspan")), _number(known.get("rowspan"))
            self._cell = _Cell(*spans, is_heading=tag == "th")
        elif self._cell is not None:
            self._inside(tag, known)

    def finish(self) -> None:
        """End the file. A tag or comment that nothing closes reaches to the end, as in browsers.

        ``close`` would look for its end anew at every ``<``, without end in a file of 5 MB.
        """
        if "<" not in self.rawdata:
            self.close()
        if self._depth:
            self._end_row()

    def _inside(self, tag: str, known: dict[str, str]) -> None:
        assert self._cell is not None  # noqa: S101  The caller has looked.
        if tag in _LINES:
            self._cell.text.append("\n")
        elif tag in _STRUCK:
            self._cell.text.append("~~")
        elif tag == "img":
            self._cell.pictures.append(known.get("alt", ""))
        elif tag == "input" and known.get("type", "").casefold() in ("checkbox", "radio"):
            self._cell.text.append(" ☑ " if "checked" in known else " ☐ ")
        elif tag == "sup":
            self._raised = len(self._cell.text)
        elif tag == "a" and known.get("href"):
            self._link = (known["href"], len(self._cell.text))

    def handle_endtag(self, tag: str) -> None:
        if tag in _HEADINGS or tag in _HIDDEN:
            self._end_beside(tag)
        elif tag == "table" and self._depth:
            if self._depth == 1:
                self._end_row()
            self._depth -= 1
        elif self._depth == 1 and tag == "tr":
            self._end_row()
        elif self._depth == 1 and tag in ("td", "th"):
            self._end_cell()
        elif self._cell is not None:
            self._end_inside(tag, self._cell)

    def _end_inside(self, tag: str, cell: _Cell) -> None:
        if tag == "a" and self._link:
            self._end_link(cell)
        elif tag == "sup" and self._raised is not None:
            # Raised digits are the mark of a footnote, and no part of a name.
            raised = "".join(cell.text[self._raised :])
            cell.text[self._raised :] = [raised.translate(_RAISED)]
            self._raised = None
        elif tag in (*_LINES, *_STRUCK):
            cell.text.append("~~" if tag in _STRUCK else "\n")

    def _end_beside(self, tag: str) -> None:
        if tag in _HIDDEN:
            self._hidden = max(0, self._hidden - 1)
        elif self._heading is not None:
            self._above, self._heading = " ".join("".join(self._heading).split()), None

    def handle_data(self, data: str) -> None:
        if self._heading is not None:
            self._heading.append(data)
        elif self._cell is not None and not self._hidden:
            # A line break of the source is a space where it is shown.
            self._cell.text.append(re.sub(r"\s+", " ", data))

    def _end_link(self, cell: _Cell) -> None:
        href, start = self._link or ("", 0)
        words = "".join(cell.text[start:]).strip()
        if words and href not in words and not re.search(r"[\[\]()<>\s]", href):
            cell.text[start:] = [f"[{words}]({href})"]
        self._link = None

    def _end_cell(self) -> None:
        if self._cell is None:
            return
        cell, self._cell, self._link, self._raised = self._cell, None, None, None
        text = "".join(cell.text).strip() or " ".join(cell.pictures).strip()
        for at in range(cell.colspan):
            self._fill_from_above()
            if len(self._row) > MOST_COLUMNS:
                return  # Such a row is refused, however wide it is.
            if cell.rowspan > 1:
                self._spans[len(self._row)] = (cell.rowspan - 1, text)
            self._row.append("" if at else text)
            self._headings.append(text if cell.is_heading else None)

    def _fill_from_above(self) -> None:
        while (span := self._spans.get(len(self._row))) and len(self._row) < MOST_COLUMNS:
            left, text = span
            if left > 1:
                self._spans[len(self._row)] = (left - 1, text)
            else:
                del self._spans[len(self._row)]
            self._row.append(text)
            self._headings.append(text)

    def _end_row(self) -> None:
        self._end_cell()
        if self._row and self.tables:
            self._fill_from_above()
            self._add_row(self.tables[-1])
            self._rows += 1
            if self._rows > 2 * MOST_ROWS:
                raise TooLarge(TOO_LARGE)
        self._row, self._headings = [], []

    def _add_row(self, table: list[list[str]]) -> None:
        """A second line of headings is one with the first: "Location" above "Support"."""
        headings = [each for each in self._headings if each is not None]
        is_heading = len(headings) == len(self._row)
        if is_heading and len(table) == 1 and len(self._upper) == len(headings):
            pairs = zip(self._upper, headings, strict=True)
            table[0] = [" ".join(dict.fromkeys(filter(None, pair))) for pair in pairs]
        else:
            table.append(self._row)
        self._upper = headings if is_heading and len(table) == 1 else []


def _number(text: str | None) -> int:
    return min(int(text), MOST_COLUMNS) if text and text.isdecimal() and text != "0" else 1
