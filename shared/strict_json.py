"""JSON that every reader understands alike, and that the database can hold (RFC 7493)."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterator
from typing import Any

from shared.errors import Invalid, Malformed, pointer_part

# The largest whole number of BSON, and the greatest depth of a document.
LARGEST_WHOLE, DEEPEST = 2**63 - 1, 60
MOST_NAMED = 20


def parse_json(raw: bytes) -> Any:
    """Strict JSON: UTF-8, no NaN, no member named twice, no number or depth that the database
    cannot hold. Raises ``Malformed``, or ``Invalid`` with the pointer of each such number."""
    try:
        decoder = _MarkingDecoder()
        value = decoder.decode(raw.decode("utf-8"))
        check_depth(value)
        if decoder.has_marked:
            raise _too_large(value)
        # Half a surrogate pair is no text; neither the database nor an answer could carry it.
        json.dumps(value, ensure_ascii=False).encode("utf-8")
    except UnicodeError as error:
        raise Malformed("The body is not UTF-8.") from error
    except (ValueError, RecursionError) as error:
        raise Malformed("The body is not valid JSON.") from error
    return value


class Decoder(json.JSONDecoder):
    """Refuses, as ``Malformed``, numbers and names that JSON or the database cannot hold."""

    def __init__(self, **more: Any) -> None:
        readers = {"parse_float": _finite, "parse_int": _whole, **more}
        super().__init__(object_pairs_hook=_members, parse_constant=_no_constant, **readers)


class _TooLarge(str):
    """A number that the database cannot hold, as it was written."""

    __slots__ = ()


class _MarkingDecoder(Decoder):
    """Leaves a mark where a number is too large, so that its place can be named."""

    def __init__(self) -> None:
        super().__init__(parse_float=self._marking(_finite), parse_int=self._marking(_whole))
        self.has_marked = False

    def _marking(self, read: Callable[[str], float]) -> Callable[[str], float | _TooLarge]:
        def number(text: str) -> float | _TooLarge:
            try:
                return read(text)
            except Malformed:
                self.has_marked = True
                return _TooLarge(text)

        return number


def _too_large(value: Any) -> Invalid:
    errors = [
        {"pointer": pointer, "code": "number-too-large", "detail": f"{text[:40]} is too large."}
        for pointer, text in _marks("", value)
    ]
    return Invalid("A number is larger than any that can be kept.", errors=errors[:MOST_NAMED])


def _marks(pointer: str, value: Any) -> Iterator[tuple[str, str]]:
    if isinstance(value, _TooLarge):
        yield pointer, value
    elif isinstance(value, dict):
        for name, inner in value.items():
            yield from _marks(f"{pointer}/{pointer_part(name)}", inner)
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from _marks(f"{pointer}/{index}", inner)


def check_depth(value: Any) -> None:
    """Raises ``Malformed`` for a value inside more than ``DEEPEST`` lists and objects."""
    level, depth = [value], 0
    while level:
        if depth > DEEPEST:
            raise Malformed(f"It is nested more than {DEEPEST} levels deep.")
        level, depth = [inner for outer in level for inner in _within(outer)], depth + 1


def _within(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return list(value.values())
    return value if isinstance(value, list) else []


def _members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise Malformed("A JSON object names the same member twice.")
    if any("\0" in name for name in members):
        raise Malformed("A member has NUL in its name.")
    return members


def _finite(text: str) -> float:
    number = float(text)
    if math.isinf(number):
        raise Malformed(f"{text[:40]} is too large a number.")
    return number


def _whole(text: str) -> int:
    # Measured before it is read: Python does not read numbers of thousands of digits.
    if len(text) > len(str(LARGEST_WHOLE)) + 1 or abs(int(text)) > LARGEST_WHOLE:
        raise Malformed(f"{text[:40]} is too large a number.")
    return int(text)


def _no_constant(text: str) -> Any:
    raise Malformed(f"{text} is not a JSON number.")
