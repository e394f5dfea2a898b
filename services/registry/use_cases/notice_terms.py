"""Which notice was promised to the customers of a register, and the days that follow from it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from services.registry.clock import (
    INFORMATION,
    NOTICE,
    NoticeDates,
    dates_for,
    information_dates,
    owes,
    starting_day,
    zones_of,
)
from services.registry.clock import NoticeTerms as ClockTerms
from services.registry.model.changes import Change, End, Group
from services.registry.model.register import Register
from services.registry.wiring import Deps

# A notice that is announced in the last minutes of a day leaves on the next day, and is dated then.
# The kind of a change, and the words of its materiality.
Told = tuple[str | None, Sequence[str]]
SENDING_ALLOWANCE = timedelta(minutes=5)


def groups_of(
    deps: Deps,
    register: Register,
    at: datetime,
    change: Change | None = None,
    told: Sequence[Told] = (),
) -> tuple[list[Group], int]:
    """The terms groups of a register with their days, and the watermark they were read at.

    ``change``: the one that they are counted for, and ``told`` what its notice tells; None counts
    for any change.
    """
    answer = deps.agreements.notice_terms(register.id)
    groups = [counted_group(register, at, group, change, told) for group in answer.groups]
    return groups, answer.version


def counted_group(
    register: Register,
    at: datetime,
    answer: Mapping[str, Any],
    change: Change | None,
    told: Sequence[Told] = (),
) -> Group:
    """A group as `agreements` tells it, with the days that follow if it is told at ``at``."""
    said = _with_defaults(answer["terms"], register)
    kinds = told or [(change.kind if change else None, ())]
    # Of several changes that are told together, the strictest counts.
    informs = all(owes(said, kind, words) == INFORMATION for kind, words in kinds)
    if informs:
        dates = information_dates(given_on(register, at))
    else:
        dates = _counted(register, at, answer, said, change)
    return Group(
        key=answer["key"],
        terms=said,
        authorisation=answer["authorisation"],
        agreements=answer["agreements"],
        customers=answer["customers"],
        ends=tuple(_end(end) for end in answer["ends"]),
        given_on=dates.given_on,
        objection_deadline=dates.objection_deadline,
        earliest_effective_on=dates.earliest_effective_on,
        silence=dates.silence,
        provisional=dates.provisional,
        arithmetic=tuple(step.to_mapping() for step in dates.arithmetic),
        owes=INFORMATION if informs else NOTICE,
    )


def _counted(
    register: Register,
    at: datetime,
    answer: Mapping[str, Any],
    said: Mapping[str, Any],
    change: Change | None,
) -> NoticeDates:
    zones = zones_of(answer["terms"], register.time_zone)
    dated = starting_day(at + SENDING_ALLOWANCE, zones)
    agreed = said, answer["authorisation"]
    terms = change.terms_of(*agreed) if change else ClockTerms.parse(*agreed)
    effective_on = change.effective_on if change else None
    dates = dates_for(terms, dated, effective_on)
    if effective_on and dates.earliest_effective_on > effective_on:
        # For these customers it takes effect on a later day, up to which they may object.
        dates = dates_for(terms, dated, dates.earliest_effective_on)
    return dates


def _with_defaults(terms: Mapping[str, Any], register: Register) -> dict[str, Any]:
    """The terms beside those of the register, as they stand now: a notice keeps what it was given
    by, whatever the register states later."""
    defaults = register.default_terms
    return {**terms, "default_terms": defaults} if defaults else dict(terms)


def _end(answer: Mapping[str, Any]) -> End:
    return End(date.fromisoformat(answer["on"]), answer["agreements"], answer["customers"])


def given_on(register: Register, at: datetime) -> date:
    """The day on which a notice that is announced at this instant is dated, at the processor."""
    return (at + SENDING_ALLOWANCE).astimezone(ZoneInfo(register.time_zone)).date()
