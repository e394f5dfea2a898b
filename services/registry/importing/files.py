"""Files of rows, read as a stream: CSV as spreadsheets write it, JSON as a list or in an object."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO, TextIO

from shared.errors import Malformed, TooLarge
from shared.strict_json import Decoder, check_depth

LARGEST_ROW = 1024 * 1024
MOST_ROWS, MOST_COLUMNS = 10_000, 200
CHUNK = 64 * 1024
CHARSETS = re.compile(
    r"(?:utf-8(?:-sig)?|utf-(?:16|32)(?:-[bl]e)?|ascii|latin-1|iso8859-\d+|cp\d+|mac-\w+"
    r"|koi8-\w|gb\w+|big5\w*|shift_jis\w*|euc_\w+|tis-620)\Z"
)
LISTS = frozenset(
    {
        "items",
        "entries",
        "sub_processors",
        "subprocessors",
        "sub-processors",
        "subProcessors",
        "data",
        "list",
        "rows",
        "underdatabehandlere",
        "underbiträden",
    }
)


class TooManyRows(TooLarge):
    """A list has at most 10,000 rows; import it in parts."""

    code = "too-many-rows"


class NoRows(Malformed):
    """The file holds no list of sub-processors."""

    code = "no-rows"


@dataclass(frozen=True, slots=True)
class RawRow:
    """Row ``number`` (from 1, the header not counted) as it stands in the file."""

    number: int
    cells: dict[str, Any]
    fault: str | None = None


def rows_of(stream: BinaryIO, kind: str, charset: str = "utf-8") -> Iterator[RawRow]:
    """The rows of a ``csv`` or ``json`` file. Raises ``Malformed``, ``TooManyRows``, ``NoRows``."""
    text = _decoded(stream, charset)
    rows = _json_rows(text) if kind == "json" else _csv_rows(text)
    number = 0
    try:
        for row in rows:
            number = row.number
            if number > MOST_ROWS:
                raise TooManyRows
            yield RawRow(
                number, {_clean(name): _clean(row.cells[name]) for name in row.cells}, row.fault
            )
    except UnicodeError as error:
        detail = "The file is not UTF-8; save it so, or name its charset in Content-Type."
        raise Malformed(detail) from error
    if not number:
        raise NoRows


def _decoded(stream: BinaryIO, charset: str) -> TextIO:
    try:
        codec = codecs.lookup(charset).name
    except (LookupError, ValueError) as error:
        raise Malformed(f"There is no charset {charset!r}.") from error
    if not CHARSETS.match(codec):
        # Python has codecs for compression and for its own texts, too.
        raise Malformed(f"{charset!r} is no charset that files of rows are read in.")
    encoding = "utf-8-sig" if codec == "utf-8" else codec
    return io.TextIOWrapper(io.BufferedReader(_Raw(stream)), encoding=encoding, newline="")


class _Raw(io.RawIOBase):
    """Adapts any readable stream, such as a request's, to the standard library's text reader."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        read = self._stream.read(len(buffer))
        buffer[: len(read)] = read
        return len(read)


def _csv_rows(text: TextIO) -> Iterator[RawRow]:
    csv.field_size_limit(LARGEST_ROW)
    first = text.readline(LARGEST_ROW)
    reader = csv.reader(_chained(first, text), delimiter=_delimiter(first), strict=True)
    try:
        header = [name.strip() for name in next(reader, [])]
        if not any(header) or len(header) > MOST_COLUMNS or len(set(header)) < len(header):
            raise Malformed("The first line must name the columns, each once, 200 at most.")
        cells_of_rows = (cells for cells in reader if any(cell.strip() for cell in cells))
        for number, cells in enumerate(cells_of_rows, start=1):
            extra = len(cells) > len(header)
            fault = f"It has {len(cells)} cells, the header {len(header)}." if extra else None
            yield RawRow(number, dict(zip(header, cells, strict=False)), fault)
    except csv.Error as error:
        raise Malformed(f"Line {reader.line_num}: {error}.") from error


def _chained(first: str, rest: TextIO) -> Iterator[str]:
    yield first
    yield from rest


def _delimiter(header: str) -> str:
    return max(",;\t", key=header.count)


def _json_rows(text: TextIO) -> Iterator[RawRow]:
    source = _Source(text)
    start = source.peek()
    if start == "{":
        _enter_list(source)
    elif start != "[":
        raise Malformed("The file is no JSON list or object.")
    source.take("[")
    number = 0
    while source.peek() != "]":
        if number:
            source.take(",")
        number += 1
        item = source.value()
        if not isinstance(item, dict):
            raise Malformed(f"Row {number} is no JSON object.")
        check_depth(item)
        fault = f"It has more than {MOST_COLUMNS} members." if len(item) > MOST_COLUMNS else None
        yield RawRow(number, {} if fault else item, fault)


def _enter_list(source: _Source) -> None:
    """Go to the list inside an object, past the members before it. Raises ``NoRows``."""
    source.take("{")
    while source.peek() != "}":
        name = source.value()
        source.take(":")
        if name in LISTS and source.peek() == "[":
            return
        source.value()
        if source.peek() == ",":
            source.take(",")
    raise NoRows


class _Source:
    """Reads JSON value by value, so that a long list is never in memory as a whole."""

    def __init__(self, text: TextIO) -> None:
        self._text, self._buffer, self._at, self._ended = text, "", 0, False
        self._decoder = Decoder()

    def peek(self) -> str:
        """The next character that is no space. Raises ``Malformed`` at the end."""
        while True:
            while self._at < len(self._buffer) and self._buffer[self._at] in " \t\r\n":
                self._at += 1
            if self._at < len(self._buffer):
                return self._buffer[self._at]
            if not self._more():
                raise Malformed("The JSON ends too early.")

    def take(self, character: str) -> None:
        if self.peek() != character:
            raise Malformed(f"The body is not valid JSON: {character!r} expected.")
        self._at += 1

    def value(self) -> Any:
        self.peek()
        while True:
            try:
                value, end = self._decoder.raw_decode(self._buffer, self._at)
                # A number may continue in the part that is not read yet.
                if end < len(self._buffer) or self._ended:
                    self._at = end
                    return value
            except (ValueError, RecursionError) as error:
                if self._ended:
                    raise Malformed("The body is not valid JSON.") from error
            if len(self._buffer) - self._at > LARGEST_ROW:
                raise TooLarge("A row has at most 1 MiB.")
            self._more()

    def _more(self) -> bool:
        chunk = self._text.read(CHUNK)
        self._buffer, self._at = self._buffer[self._at :] + chunk, 0
        self._ended = not chunk
        return bool(chunk)


def _clean(value: Any) -> Any:
    """Remove NUL and lone surrogates, which neither the database nor JSON can hold."""
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode().replace("\0", "")
    if isinstance(value, list):
        return [_clean(item) for item in value]
    if isinstance(value, dict):
        return {_clean(name): _clean(item) for name, item in value.items()}
    return value
