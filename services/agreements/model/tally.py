"""Counting agreements by notice terms, by customer, and by what they cover."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from services.agreements.model.agreement import Agreement
from shared.scope import ANY_COVER, Cover

REPEATS = "repeats"
Key = TypeVar("Key", bound=Any)


@dataclass(frozen=True)
class Share:
    """What one agreement counts as: the key of its terms, and what it covers."""

    key: str
    cover: Cover


@dataclass(frozen=True)
class Profile:
    """What the agreements of one customer in one terms group cover; customers with equal profiles
    are counted together."""

    key: str
    covers: tuple[Cover, ...]

    @property
    def id(self) -> str:
        """Of 20 characters, unique within a processor."""
        members = [self.key, [cover.members() for cover in self.covers]]
        return hashlib.sha256(json.dumps(members).encode()).hexdigest()[:20]


@dataclass(frozen=True)
class Shares:
    """The shares of one customer. ``profiled``: its profiles are counted; those of customers that
    an earlier version of this software counted are not, until one of their agreements changes."""

    shares: tuple[Share, ...]
    profiled: bool = True

    def profiles(self) -> Counter[Profile]:
        return Counter(profiles_of(self.shares)) if self.profiled else Counter()


def share_of(agreement: Agreement | None) -> Share | None:
    """The share of an agreement in the counts; None while it does not count."""
    group = agreement.group if agreement else None
    return Share(group.key, agreement.cover) if agreement and group else None


def tally(shares: Iterable[Share]) -> Counter[str]:
    """The counts of one customer's agreements, by place in the counts of their processor.

    ``repeats`` are agreements whose customer was counted already: in all, and in its group.
    """
    counts: Counter[str] = Counter()
    by_key = Counter(share.key for share in shares)
    counts[REPEATS] = max(sum(by_key.values()) - 1, 0)
    for key, number in by_key.items():
        counts[f"groups.{key}.agreements"] = number
        counts[f"groups.{key}.{REPEATS}"] = number - 1
    return counts


def profiles_of(shares: Iterable[Share]) -> list[Profile]:
    """The profiles of one customer, one for each terms group in which it has agreements."""
    covers: dict[str, list[Cover]] = {}
    for share in shares:
        covers.setdefault(share.key, []).append(share.cover)
    return [Profile(key, tuple(sorted(group, key=str))) for key, group in covers.items()]


def difference_of(before: Mapping[Key, int], after: Mapping[Key, int]) -> dict[Key, int]:
    """What to add at each place to get from ``before`` to ``after``."""
    places = {**before, **after}
    differences = {place: after.get(place, 0) - before.get(place, 0) for place in places}
    return {place: difference for place, difference in differences.items() if difference}


def profiles_answered(
    groups: Sequence[Mapping[str, Any]],
    counted: Mapping[Profile, int],
    apart: Mapping[str, Sequence[Profile]],
) -> list[dict[str, Any]]:
    """``[{key, covers, customers, customer_id}]``: all agreements that the groups count.

    Customers that are asked for ``apart`` have profiles of their own, which name them. Agreements
    that are counted in no profile are listed as if they covered everything.
    """
    left = Counter(counted)
    own = [(profile, customer) for customer, each in apart.items() for profile in each]
    left.subtract(Counter(profile for profile, _ in own))
    rows = [
        *((profile, number, None) for profile, number in left.items() if number > 0),
        *((profile, 1, customer) for profile, customer in own),
    ]
    known: Counter[str] = Counter()
    for profile, number, _ in rows:
        known[profile.key] += number * len(profile.covers)
    rest = ((each["key"], each["agreements"] - known[each["key"]]) for each in groups)
    rows += [(Profile(key, (ANY_COVER,)), number, None) for key, number in rest if number > 0]
    return [_answered(*row) for row in rows]


def _answered(profile: Profile, customers: int, customer_id: str | None) -> dict[str, Any]:
    covers = [vars(cover) for cover in profile.covers]
    members = {"key": profile.key, "covers": covers}
    return {**members, "customers": customers, "customer_id": customer_id}
