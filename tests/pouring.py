"""Pours words into every text of a value, so that no field is forgotten when one is added."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from marshmallow import Schema, fields

from shared.schemas import Text

PLAIN = "Word"


def text_fields(shape: Schema, at: str = "") -> Iterator[str]:
    """The places of all texts that a schema takes in, such as ``contact.name``."""
    for name, field in shape.fields.items():
        yield from _places(field, f"{at}{name}")


def _places(field: fields.Field[Any], at: str) -> Iterator[str]:
    if isinstance(field, fields.Nested):
        yield from text_fields(field.schema, f"{at}.")
    elif isinstance(field, fields.List):
        yield from _places(field.inner, f"{at}.0")
    elif isinstance(field, fields.Dict) and isinstance(field.value_field, Text):
        yield from (f"{at}.{language}" for language in ("en", "da", "sv"))
    elif isinstance(field, Text):
        yield at


def put(value: Any, place: str, text: str) -> None:
    """Write ``text`` at the place, making what is missing on the way."""
    part, _, rest = place.partition(".")
    name: Any = part
    if isinstance(value, list):
        name = int(part)
        value.extend({} if rest else "" for _ in range(name + 1 - len(value)))
    if not rest:
        value[name] = text
        return
    inner = value[name] if isinstance(value, list) else value.get(name)
    if inner is None:
        inner = value[name] = [] if rest.partition(".")[0].isdigit() else {}
    put(inner, rest, text)


def poured(value: Any, word: Callable[[str], str], fixed: frozenset[str], at: str = "") -> Any:
    """``value`` with ``word(place)`` for each text, but for members whose name is in ``fixed``:
    ids, days, codes, which no one writes freely."""
    if isinstance(value, Mapping):
        return {
            name: inner if name in fixed else poured(inner, word, fixed, f"{at}.{name}")
            for name, inner in value.items()
        }
    if isinstance(value, list):
        return [poured(each, word, fixed, f"{at}.{n}") for n, each in enumerate(value)]
    return word(at) if isinstance(value, str) else value
