"""YAML, of plain values only: no tags, no anchors."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, TextIO

import yaml

from services.registry.importing.json_files import raw_row, rows_in
from services.registry.importing.raw_rows import in_section, is_list_name
from shared.errors import Malformed, TooLarge
from shared.importing.raw_rows import RawRow
from shared.strict_json import DEEPEST, check_depth

LARGEST = 2 * 1024 * 1024
# PyYAML in C, where it is built in, is ten times as fast.
_LOADER: Any = getattr(yaml, "CBaseLoader", yaml.BaseLoader)


def yaml_rows(text: TextIO) -> Iterator[RawRow]:
    """The rows of a YAML file: a list, or lists inside its objects. Raises ``Malformed``."""
    whole = text.read(LARGEST + 1)
    if len(whole) > LARGEST:
        raise TooLarge("A YAML file has at most 2 MiB; send JSON.")
    for number, item in enumerate(_items(_loaded(whole), is_list=True, depth=0), start=1):
        yield raw_row(number, item)


def _loaded(whole: str) -> Any:
    try:
        _check_events(whole)
        value = yaml.load(whole, Loader=_LOADER)  # noqa: S506  It makes texts, lists and objects.
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        raise Malformed(f"The file is no YAML: {str(error)[:200]}") from error
    check_depth(value)
    return value


def _check_events(whole: str) -> None:
    """Refuse anchors, by which a small file can mean a large one, tags, and depth."""
    depth = 0
    for event in yaml.parse(whole, Loader=_LOADER):
        if getattr(event, "anchor", None) is not None:
            raise Malformed("YAML with anchors (&, *) is not read; write the values out.")
        if getattr(event, "tag", None) is not None:
            raise Malformed("YAML with tags (!) is not read; write plain values.")
        depth += isinstance(event, yaml.CollectionStartEvent)
        depth -= isinstance(event, yaml.CollectionEndEvent)
        if depth > DEEPEST:
            raise Malformed(f"It is nested more than {DEEPEST} levels deep.")


def _items(value: Any, *, is_list: bool, depth: int) -> Iterator[Any]:
    if isinstance(value, list):
        for item in value:
            yield from rows_in(item, is_list=is_list)
    elif isinstance(value, dict):
        for name, inner in value.items():
            for item in _items(inner, is_list=is_list_name(str(name)), depth=depth + 1):
                yield in_section(item, str(name)) if isinstance(item, dict) else item
