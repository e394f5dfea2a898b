"""Whom a change concerns, and how many customers and agreements that are."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from services.registry.model.changes import Change
from services.registry.model.register import Content
from shared.scope import Cover, Scope, Side

# By entry, the customers that are excluded from it.
Exclusions = Mapping[str, Sequence[str]]


@dataclass(frozen=True)
class Profile:
    """Customers whose agreements in one terms group cover the same; ``customer_id`` of one that was
    asked for apart."""

    covers: tuple[Cover, ...]
    customers: int = 1
    customer_id: str | None = None


@dataclass(frozen=True)
class Concerned:
    """The agreements of one terms group that a scope concerns on its day, and their customers.

    ``covers``: what those cover that it would concern if it took effect at once.
    """

    agreements: int
    customers: int
    covers: tuple[Cover, ...]


def scope_of(changes: Sequence[Change], excluded: Exclusions) -> Scope:
    """The scope of one notice, about one change or several: of each, the entry that it ends or
    alters, and the one that it makes of it."""
    sides = [
        side_of(sub_id, content, excluded)
        for change in changes
        for sub_id, content in (
            (change.replaces_id or change.subject_id, change.previous),
            (change.subject_id, change.content),
        )
        if content is not None
    ]
    return Scope(changes[0].effective_on, tuple(sides))


def side_of(sub_id: str, content: Content, excluded: Exclusions) -> Side:
    return Side(tuple(content.get("products") or ()), tuple(excluded.get(sub_id, ())))


def everybody(on: date) -> Scope:
    """The scope of what may concern any product."""
    return Scope(on, (Side(),))


def profiles_by_group(answer: Iterable[Mapping[str, Any]]) -> dict[str, list[Profile]]:
    """The profiles that `agreements` tells, by the key of their terms group."""
    by_group: dict[str, list[Profile]] = {}
    for members in answer:
        covers = tuple(Cover.parse(cover) for cover in members["covers"])
        profile = Profile(covers, members["customers"], members["customer_id"])
        by_group.setdefault(members["key"], []).append(profile)
    return by_group


def concerned(scope: Scope, profiles: Sequence[Profile], earliest: date) -> Concerned:
    """Count the agreements and customers behind ``profiles`` of one group.

    ``earliest``: the first day that the change could take effect on, whatever day is wished.
    """
    agreements = customers = 0
    covers: set[Cover] = set()
    at_once = Scope(earliest, scope.sides)
    for profile in profiles:
        on_the_day = len(list(_within(scope, profile)))
        agreements += on_the_day * profile.customers
        customers += bool(on_the_day) * profile.customers
        covers.update(_within(at_once, profile))
    return Concerned(agreements, customers, tuple(sorted(covers, key=str)))


def _within(scope: Scope, profile: Profile) -> Iterator[Cover]:
    return (cover for cover in profile.covers if scope.concerns(cover, profile.customer_id))
