"""Whom an entry of a register, or a change of it, concerns: one rule for all services (0045)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any, Self


@dataclass(frozen=True)
class Cover:
    """What one agreement is for: its products, none named meaning all, and the days that are set.

    ``begins_on`` is its first day while that lies ahead. ``ends_on`` is the first day without it,
    set by a termination; an agreement that expires may be renewed, so its expiry sets none.
    """

    products: tuple[str, ...] = ()
    begins_on: date | None = None
    ends_on: date | None = None

    def members(self) -> dict[str, Any]:
        days = {name: getattr(self, name) for name in ("begins_on", "ends_on")}
        return {
            "products": list(self.products),
            **{name: day.isoformat() if day else None for name, day in days.items()},
        }

    @classmethod
    def parse(cls, members: Mapping[str, Any]) -> Self:
        begins_on, ends_on = (members[name] for name in ("begins_on", "ends_on"))
        return cls(tuple(sorted(members["products"])), _day(begins_on), _day(ends_on))

    def reached_on(self, day: date) -> date:
        """The first day on which what happens on ``day`` touches the customer."""
        return max(day, self.begins_on or day)


# Of an agreement of which nothing is known: it is concerned by everything.
ANY_COVER = Cover()


@dataclass(frozen=True)
class Side:
    """One entry as it reads before or after a change: the products it serves, none named meaning
    all, and the customers that are excluded from it."""

    products: tuple[str, ...] = ()
    excluded: tuple[str, ...] = ()

    def concerns(self, cover: Cover, customer_id: str | None) -> bool:
        return customer_id not in self._excluded and in_common(self.products, cover.products)

    @cached_property
    def _excluded(self) -> frozenset[str]:
        return frozenset(self.excluded)  # It is asked for each of many customers.


@dataclass(frozen=True)
class Scope:
    """What takes effect ``on`` a day, as a list of sides: a change of an entry has the entry before
    and after it, so whoever either of them serves is concerned."""

    on: date
    sides: tuple[Side, ...]

    def concerns(self, cover: Cover, customer_id: str | None) -> bool:
        """Whether it concerns the customer of an agreement with this ``cover``.

        It does if a side serves a product of the agreement and the customer is not excluded from
        it, unless the agreement is over before it would be reached.
        """
        reached = cover.ends_on is None or cover.reached_on(self.on) < cover.ends_on
        return reached and any(side.concerns(cover, customer_id) for side in self.sides)

    def members(self) -> dict[str, Any]:
        sides = [
            {"products": list(side.products), "excluded": list(side.excluded)}
            for side in self.sides
        ]
        return {"on": self.on.isoformat(), "sides": sides}

    @classmethod
    def parse(cls, members: Mapping[str, Any]) -> Self:
        sides = (
            Side(tuple(side["products"]), tuple(side["excluded"])) for side in members["sides"]
        )
        return cls(date.fromisoformat(members["on"]), tuple(sides))


def in_common(one: Collection[str], other: Collection[str]) -> bool:
    """Whether two lists of products have one in common; a list that names none means all."""
    return not one or not other or not set(one).isdisjoint(other)


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
