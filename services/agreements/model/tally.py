"""Counting agreements by notice terms, by customer, and by the day set for their end."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from services.agreements.model.agreement import Agreement

REPEATS = "repeats"


@dataclass(frozen=True)
class Share:
    """What one agreement counts as: the key of its terms, and the day set for its end.

    Only a termination sets ``ends_on``: an agreement that expires may still be renewed.
    """

    key: str
    ends_on: date | None


def share_of(agreement: Agreement | None) -> Share | None:
    """The share of an agreement in the counts; None while it does not count."""
    group = agreement.group if agreement else None
    return Share(group.key, agreement.ends_on) if agreement and group else None


def tally(shares: Iterable[Share]) -> Counter[str]:
    """The counts of one customer's agreements, by place in the counts of their processor.

    ``repeats`` are agreements whose customer was counted already: in all, and in its group.
    """
    counts: Counter[str] = Counter()
    by_key: dict[str, list[Share]] = {}
    for share in shares:
        by_key.setdefault(share.key, []).append(share)
    counts[REPEATS] = max(sum(map(len, by_key.values())) - 1, 0)
    for key, group in by_key.items():
        place = f"groups.{key}"
        counts[f"{place}.agreements"] = len(group)
        counts[f"{place}.{REPEATS}"] = len(group) - 1
        ends = sorted(share.ends_on for share in group if share.ends_on)
        counts.update(f"{place}.ends.{day}.agreements" for day in ends)
        if len(ends) == len(group):
            counts[f"{place}.ends.{ends[-1]}.customers"] += 1
    return counts


def difference_of(before: Mapping[str, int], after: Mapping[str, int]) -> dict[str, int]:
    """What to add at each place to get from ``before`` to ``after``."""
    places = sorted({*before, *after})
    differences = {place: after.get(place, 0) - before.get(place, 0) for place in places}
    return {place: difference for place, difference in differences.items() if difference}
