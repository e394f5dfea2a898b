"""What notice terms may not say: members that cannot hold together with one another."""

from __future__ import annotations

from collections.abc import Iterator

from services.agreements.contract.promises import (
    CONTROLLERS_CHOICE,
    FIXED_ENDS,
    Audit,
    Breach,
    EndOfProcessing,
)
from services.agreements.contract.terms import (
    Length,
    NoticePeriod,
    NoticeTerms,
    ObjectionPeriod,
    Terms,
)

# Member, code and detail.
Contradiction = tuple[str, str, str]


def contradictions(terms: NoticeTerms) -> Iterator[Contradiction]:
    """Each term that cannot hold together with another."""
    if terms.holidays is None and _counts_business_days(terms):
        yield "holidays", "required", "Business days need a country whose public holidays count."
    for name, notice, objection in _all_periods(terms):
        yield from _deemed(f"{name}notice", notice)
        yield from _deemed(f"{name}objection", objection)
        yield from _ends(f"{name}objection", objection)
    for index, each in enumerate(terms.also):
        yield from _later_start(terms, f"also/{index}/notice", terms.notice, each.notice)
        yield from _later_start(terms, f"also/{index}/objection", terms.objection, each.objection)
        yield from _soft_without_hours(f"also/{index}/breach", each.breach)
    yield from _soft_without_hours("breach", terms.breach)
    yield from _choice_of_nobody(terms.end_of_processing)
    yield from _year_without_times(terms.audit)


def _later_start(
    terms: Terms,
    name: str,
    first: NoticePeriod | ObjectionPeriod | None,
    also: NoticePeriod | ObjectionPeriod | None,
) -> Iterator[Contradiction]:
    """The clock counts all periods from the one start that is recorded, that of the first."""
    named = first.starts if first else None
    if also and also.starts and _LATENESS[also.starts] > _LATENESS[named or terms.receipt_rule]:
        yield (f"{name}/starts", "terms-contradict",
               ("All periods of one text are counted from the start of the first one; write the "
                "one that starts later first."))  # fmt: skip


_LATENESS = {"sent": 0, "published": 0, "delivered": 1, "acknowledged": 2}


def _counts_business_days(terms: NoticeTerms) -> bool:
    cure = terms.remedy.cure if terms.remedy else None
    end_notice = terms.remedy.end_notice if terms.remedy else None
    lengths = (*_lengths(terms), cure, end_notice)
    return terms.day_kind == "business" or any(
        length.unit == "business_days" for length in lengths if length
    )


def _deemed(name: str, period: NoticePeriod | ObjectionPeriod | None) -> Iterator[Contradiction]:
    if period and period.deemed_after and period.starts not in ("delivered", "acknowledged"):
        yield (f"{name}/deemed_after", "terms-contradict",
               ("A receipt is deemed only where the period starts when it is delivered or "
                "acknowledged; write that, or null here."))  # fmt: skip


def _ends(name: str, period: ObjectionPeriod | None) -> Iterator[Contradiction]:
    if period is None:
        return
    until_effect = period.ends == "effective_day"
    if until_effect and period.length:
        yield (f"{name}/length", "terms-contradict",
               ("A period that ends with the effective day has no length of its own; write null "
                "here, or the length in before_effect."))  # fmt: skip
    if period.before_effect and not until_effect:
        yield (f"{name}/before_effect", "terms-contradict",
               ("Only a period that ends with the effective day can end before it; write ends "
                "effective_day, or null here."))  # fmt: skip


def _all_periods(
    terms: Terms,
) -> Iterator[tuple[str, NoticePeriod | None, ObjectionPeriod | None]]:
    yield "", terms.notice, terms.objection
    for index, each in enumerate(terms.also):
        yield f"also/{index}/", each.notice, each.objection
    for kind, periods in (terms.by_kind or {}).items():
        yield f"by_kind/{kind}/", periods.notice, periods.objection


def _lengths(terms: Terms) -> Iterator[Length]:
    if terms.emergency and terms.emergency.length:
        yield terms.emergency.length
    for _, notice, objection in _all_periods(terms):
        for period in (notice, objection):
            lengths = (
                (period.length, period.deemed_after, period.deemed_by_letter) if period else ()
            )
            yield from (each for each in lengths if each)
        if objection and objection.before_effect:
            yield objection.before_effect


def _soft_without_hours(name: str, breach: Breach | None) -> Iterator[Contradiction]:
    if breach and breach.soft and breach.hours is None:
        yield (f"{name}/soft", "terms-contradict",
               "Only a number of hours can be soft; write it in hours, or null here.")  # fmt: skip


def _choice_of_nobody(end: EndOfProcessing | None) -> Iterator[Contradiction]:
    if end and end.choice in FIXED_ENDS and end.if_nobody_chooses not in (None, end.choice):
        yield ("end_of_processing/if_nobody_chooses", "terms-contradict",
               (f"Nobody has a choice where the text says {end.choice}; write null here, or "
                f"{CONTROLLERS_CHOICE} in choice."))  # fmt: skip


def _year_without_times(audit: Audit | None) -> Iterator[Contradiction]:
    if audit and audit.per and audit.times is None:
        yield ("audit/per", "terms-contradict",
               "A period for audits needs their number; write it in times, or null here."
               )  # fmt: skip
