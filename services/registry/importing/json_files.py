"""JSON as a stream of rows: a list, or lists anywhere inside an object."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, TextIO

from services.registry.importing.raw_rows import (
    in_section,
    is_keyed,
    is_list_name,
    is_row,
    keyed,
    titled,
)
from shared.errors import Malformed, TooLarge
from shared.importing.raw_rows import LARGEST_ROW, MOST_COLUMNS, RawRow
from shared.strict_json import DEEPEST, Decoder, check_depth

CHUNK = 64 * 1024


def json_rows(text: TextIO) -> Iterator[RawRow]:
    """The rows of a JSON file, in its order. Raises ``Malformed``, ``TooLarge``."""
    source = _Source(text)
    if source.peek() not in "{[":
        raise Malformed("The file is no JSON list or object.")
    for number, item in enumerate(_items(source, is_list=True, depth=0), start=1):
        yield raw_row(number, item)
    if not source.is_at_end():
        raise Malformed("There is text behind the end of the JSON; send one list or object.")


def raw_row(number: int, item: Any) -> RawRow:
    """An item as a row. Raises ``Malformed`` where it is no object."""
    if not isinstance(item, dict):
        raise Malformed(f"Row {number} is no JSON object.")
    check_depth(item)
    fault = f"It has more than {MOST_COLUMNS} members." if len(item) > MOST_COLUMNS else None
    return RawRow(number, {} if fault else item, fault)


def _items(source: _Source, *, is_list: bool, depth: int) -> Iterator[Any]:
    """What the next value holds of rows. ``is_list``: where it stands, rows are expected."""
    if depth > DEEPEST:
        raise Malformed(f"It is nested more than {DEEPEST} levels deep.")
    if source.peek() == "{":
        yield from _of_object(source, depth)
    elif source.peek() == "[":
        yield from _of_list(source, is_list=is_list)
    else:
        source.value()


def _of_object(source: _Source, depth: int, *, is_of_companies: bool = False) -> Iterator[Any]:
    """``is_of_companies``: objects that are its members are rows, by their keys."""
    source.take("{")
    seen = set[str]()
    while source.peek() != "}":
        if seen:
            source.take(",")
        name = source.value()
        if not isinstance(name, str) or name in seen:
            raise Malformed("A JSON object names the same member twice, or has no name for one.")
        seen.add(name)
        source.take(":")
        if is_of_companies and source.peek() == "{":
            item = source.value()
            yield from rows_in(keyed(name, item), is_list=True)
            continue
        if is_keyed(name) and source.peek() == "{" and depth < DEEPEST:
            inside = _of_object(source, depth + 1, is_of_companies=True)
        else:
            inside = _items(source, is_list=is_list_name(name), depth=depth + 1)
        for item in inside:
            yield in_section(item, name) if isinstance(item, Mapping) else item
    source.take("}")


def _of_list(source: _Source, *, is_list: bool) -> Iterator[Any]:
    source.take("[")
    is_first = True
    while source.peek() != "]":
        if not is_first:
            source.take(",")
        is_first = False
        yield from rows_in(source.value(), is_list=is_list)
    source.take("]")


def rows_in(item: Any, *, is_list: bool) -> Iterator[Any]:
    """The rows inside one item of a list: itself, or those of the lists in it."""
    inner = _unwrapped(item)
    if isinstance(inner, Mapping) and is_row(inner):
        yield inner
        return
    found = list(_below(inner, 0))
    if found:
        yield from found
    elif is_list:
        yield inner


def _unwrapped(item: Any) -> Any:
    """``{"node": {…}}`` is what it holds."""
    if isinstance(item, Mapping) and len(item) == 1:
        (inner,) = item.values()
        return inner if isinstance(inner, Mapping) else item
    return item


def _below(item: Any, depth: int) -> Iterator[Any]:
    if depth > DEEPEST or not isinstance(item, Mapping):
        return
    for row in _inside(item, depth):
        yield in_section(row, titled(item))


def _inside(item: Mapping[str, Any], depth: int) -> Iterator[Any]:
    for value in item.values():
        for one in value if isinstance(value, list) else ():
            inner = _unwrapped(one)
            if isinstance(inner, Mapping) and is_row(inner):
                yield inner
            else:
                yield from _below(inner, depth + 1)
        if isinstance(value, Mapping):
            yield from _below(value, depth + 1)


class _Source:
    """Reads JSON value by value, so that a long list is never in memory as a whole."""

    def __init__(self, text: TextIO) -> None:
        self._text, self._buffer, self._at, self._ended = text, "", 0, False
        self._decoder = Decoder()

    def peek(self) -> str:
        """The next character that is no space. Raises ``Malformed`` at the end."""
        if self.is_at_end():
            raise Malformed("The JSON ends too early.")
        return self._buffer[self._at]

    def is_at_end(self) -> bool:
        """Whether nothing but spaces follows."""
        while True:
            while self._at < len(self._buffer) and self._buffer[self._at] in " \t\r\n":
                self._at += 1
            if self._at < len(self._buffer):
                return False
            if not self._more():
                return True

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
