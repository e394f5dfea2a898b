"""The notice terms of one agreement, as far as they set days."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from services.registry.clock.calendars import check_holidays

DAY_KINDS = ("calendar", "business")
RECEIPT_RULES = ("sent", "delivered", "acknowledged")
AUTHORISATIONS = ("general", "specific")
CONSENT, REFUSAL = "consent", "refusal"
LONGEST = 3650  # Days. Ten years of notice are an error of typing, not an agreement.


@dataclass(frozen=True, slots=True)
class NoticeTerms:
    """What one agreement says about notices. Raises ValueError for words or numbers it cannot be.

    ``holidays`` is an ISO 3166-1 code, or a region where holidays differ (``DE-BY``); None counts
    weekends only. ``silence`` is what the customer's silence means: consent or refusal.
    """

    notice_days: int
    objection_days: int
    day_kind: str = "calendar"
    holidays: str | None = "DK"
    receipt_rule: str = "sent"
    silence: str = CONSENT
    authorisation: str = "general"

    def __post_init__(self) -> None:
        for name in ("notice_days", "objection_days"):
            days = getattr(self, name)
            if type(days) is not int or not 0 <= days <= LONGEST:
                raise ValueError(f"{name} is a number of days from 0 to {LONGEST}, not {days!r}.")
        _one_of("day_kind", self.day_kind, DAY_KINDS)
        _one_of("receipt_rule", self.receipt_rule, RECEIPT_RULES)
        _one_of("silence", self.silence, (CONSENT, REFUSAL))
        _one_of("authorisation", self.authorisation, AUTHORISATIONS)
        check_holidays(self.holidays)

    @classmethod
    def parse(cls, terms: Mapping[str, Any], authorisation: str = "general") -> NoticeTerms:
        """Read the contract's ``notice_terms``; members that set no days (channels) are ignored."""
        return cls(
            terms["notice_days"],
            terms["objection_days"],
            terms.get("day_kind", "calendar"),
            terms.get("holidays") or None,
            terms.get("receipt_rule", "sent"),
            terms.get("silence", CONSENT),
            authorisation,
        )

    @property
    def needs_approval(self) -> bool:
        """Whether the change waits for the customer's yes (EDPB Opinion 22/2024: silence is no)."""
        return self.authorisation == "specific" or self.silence == REFUSAL


def _one_of(name: str, value: str, known: tuple[str, ...]) -> None:
    if value not in known:
        raise ValueError(f"{name} is one of {', '.join(known)}, not {value!r}.")
