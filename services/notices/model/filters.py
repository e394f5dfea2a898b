"""What an endpoint lets through: types of messages, processors, materiality and products.

A filter never drops law: a contract notice that no endpoint lets through goes by the next channel
of its agreement (``model/escalation.py``).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

ALL = "*"
_ANY_END = ".*"


class Filters(NamedTuple):
    """Each empty one lets everything through. ``event_types``: whole types, or beginnings such as
    ``agreement.*``; ``processors``: ids or slugs."""

    event_types: Sequence[str] = ()
    processors: Sequence[str] = ()
    materiality: Sequence[str] = ()
    products: Sequence[str] = ()

    def let_through(
        self,
        kind: str,
        processor: Mapping[str, Any],
        materiality: Sequence[str] = (),
        products: Sequence[str] = (),
    ) -> bool:
        """Whether they let a message of this type through. What names no processor, no materiality
        or no product is about all of them."""
        names = [name for name in (processor.get("id"), processor.get("slug")) if name]
        return (
            (not self.event_types or any(matches(each, kind) for each in self.event_types))
            and _meet(self.processors, names)
            and _meet(self.materiality, materiality)
            and _meet(self.products, products)
        )


def matches(pattern: str, kind: str) -> bool:
    """Whether a type is meant by a pattern: the type itself, ``agreement.*``, or ``*``."""
    if pattern == ALL:
        return True
    if pattern.endswith(_ANY_END):
        return kind.startswith(pattern.removesuffix(ALL))
    return pattern == kind


def unmatched(patterns: Iterable[str], kinds: Sequence[str]) -> list[int]:
    """The positions of the patterns that mean none of these types."""
    return [
        position
        for position, pattern in enumerate(patterns)
        if not any(matches(pattern, kind) for kind in kinds)
    ]


def _meet(wanted: Sequence[str], named: Sequence[str]) -> bool:
    return not wanted or not named or not set(named).isdisjoint(wanted)
