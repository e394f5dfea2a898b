"""The first day that suits all agreements; they are grouped, so the cost grows with the terms."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from services.registry.clock.dates import dates_for
from services.registry.clock.terms import NoticeTerms


@dataclass(frozen=True, slots=True)
class TermsGroup:
    """All agreements of a processor that share the same notice terms."""

    key: str
    terms: NoticeTerms
    agreements: int = 1

    @classmethod
    def parse(cls, record: Mapping[str, Any]) -> TermsGroup:
        """Read ``{"key", "authorisation", "terms", "agreements"}``."""
        terms = NoticeTerms.parse(record["terms"], record["authorisation"])
        return cls(record["key"], terms, record["agreements"])


@dataclass(frozen=True, slots=True)
class Earliest:
    """The first day that suits every agreement, and the groups that keep it from being sooner."""

    day: date
    blocking: tuple[TermsGroup, ...]


def earliest_effective_on(groups: Iterable[TermsGroup], given_on: date) -> Earliest:
    """The maximum over all groups; without any agreement the change may take effect at once."""
    dated = [(dates_for(group.terms, given_on).earliest_effective_on, group) for group in groups]
    day = max((first for first, _ in dated), default=given_on)
    return Earliest(day, tuple(group for first, group in dated if first == day))


def groups_blocking(
    groups: Iterable[TermsGroup], given_on: date, effective_on: date
) -> tuple[TermsGroup, ...]:
    """The groups whose terms do not allow the change on ``effective_on``."""
    return tuple(
        group
        for group in groups
        if dates_for(group.terms, given_on).earliest_effective_on > effective_on
    )
