"""What the page of a change that waits for a second person says is so.

The registry decides when the approval comes; the page offers none that it would refuse.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

OPEN, OWN, PARTED = "open", "own", "parted"


@dataclass(frozen=True)
class Standing:
    """``status``: of the change. ``may``: whether the role of the reader approves. ``own``: whether
    the reader prepared it, or knows a secret of a key that did. ``given``: whether the reader has
    approved it already."""

    status: str
    may: bool
    own: bool
    given: bool


def state_of(it: Standing) -> str:
    """The key of what is so (``approve.state.…``), the most important first."""
    if it.status == "withdrawn":
        return "withdrawn"
    if it.status != "draft":
        return "announced"
    if not it.may:
        return "role"
    if it.own:
        return OWN
    return "given" if it.given else OPEN


def state_together(states: Collection[str]) -> str:
    """What is so of changes that one link names (``approve.several.…``): what is so of all; else
    that the reader prepared one of them, or that they wait together no longer."""
    if len(set(states)) == 1:
        return next(iter(states))
    return OWN if set(states) == {OPEN, OWN} else PARTED
