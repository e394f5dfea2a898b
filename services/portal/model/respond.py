"""What the page of a notice says is so, and what may be answered there.

The registry says of each change what its customer may answer (``may``); here is added what the link
itself allows. No act is offered that the registry would refuse.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

ACKNOWLEDGE, OBJECT, APPROVE = "acknowledge", "object", "approve"
ACCEPT_OFFER, DECLINE_OFFER, WITHDRAW = "accept_offer", "decline_offer", "withdraw"
ACTS = (ACKNOWLEDGE, APPROVE, OBJECT, ACCEPT_OFFER, DECLINE_OFFER, WITHDRAW)

# States of a link, as `notices` names them.
OPEN, UNCONFIRMED = "open", "unconfirmed"
TOO_LATE = "objection-window-closed"


@dataclass(frozen=True)
class Point:
    """One change of the notice, for its customer. ``window``: the code by which an objection would
    be refused, None: by none. ``objection``: the status of the one there is."""

    withdrawn: bool = False
    may: frozenset[str] = frozenset()
    window: str | None = None
    objection: str | None = None
    approved: bool = False


@dataclass(frozen=True)
class Situation:
    """``link``: the state of the link. ``informs``: nobody is asked to object. ``points``: the
    changes that the notice is about."""

    link: str
    informs: bool
    acknowledged: bool
    points: tuple[Point, ...]

    @property
    def all_withdrawn(self) -> bool:
        return bool(self.points) and all(point.withdrawn for point in self.points)


def acts_open(it: Situation) -> tuple[str, ...]:
    """The acts that may be done now, in the order of ``ACTS``."""
    if it.link not in (OPEN, UNCONFIRMED) or it.all_withdrawn:
        return ()
    allowed = set[str]() if it.acknowledged or it.informs else {ACKNOWLEDGE}
    if it.link == OPEN:
        allowed |= {act for point in it.points for act in point.may}
    return tuple(act for act in ACTS if act in allowed)


def notes(it: Situation) -> tuple[str, ...]:
    """What is so, the most important first: keys of the catalogue (``note.…``)."""
    if it.link != OPEN:
        return (it.link, *_withdrawals(it))
    if it.all_withdrawn:
        return _withdrawals(it)
    said = [*_withdrawals(it)]
    if it.informs:
        said.append("informs")
    elif _is_late(it.points):
        said.append("late")
    return tuple(said)


def _withdrawals(it: Situation) -> tuple[str, ...]:
    if it.all_withdrawn:
        return ("withdrawn",)
    return ("some_withdrawn",) if any(point.withdrawn for point in it.points) else ()


def _is_late(points: Sequence[Point]) -> bool:
    """Whether the days to object are over for all that is left, and no objection was made."""
    left = [point for point in points if not point.withdrawn]
    return bool(left) and all(
        point.window == TOO_LATE and point.objection is None for point in left
    )
