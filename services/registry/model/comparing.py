"""Where two readings of the same thing differ, down to the member inside a member."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any


def parts(before: Any, after: Any, pointer: str = "") -> Iterator[dict[str, Any]]:
    """``{pointer, before, after}`` for each place; pointers as in RFC 6901, "" is the whole.

    Lists are looked into while they are equally long. Of others nobody can tell which item of the
    one is which of the other, so they are told as a whole.
    """
    if before == after:
        return
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        for name in sorted({*before, *after}):
            yield from parts(before.get(name), after.get(name), f"{pointer}/{_escaped(name)}")
    elif isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        for place, (one, other) in enumerate(zip(before, after, strict=True)):
            yield from parts(one, other, f"{pointer}/{place}")
    else:
        yield {"pointer": pointer, "before": before, "after": after}


def _escaped(name: str) -> str:
    return name.replace("~", "~0").replace("/", "~1")
