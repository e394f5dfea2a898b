"""Which notice was promised to the customers of a register, and the days that follow from it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
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
from services.registry.model.changes import Audience, Change, Group
from services.registry.model.register import Register
from services.registry.model.scopes import Concerned, concerned, profiles_by_group, scope_of
from services.registry.use_cases.exclusions import excluded_from
from services.registry.wiring import Deps
from shared.scope import Scope

# The kind of a change, and the words of its materiality.
Told = tuple[str, Sequence[str]]
# A notice that is announced in the last minutes of a day leaves on the next day, and is dated then.
SENDING_ALLOWANCE = timedelta(minutes=5)


def audience_of(
    deps: Deps,
    register: Register,
    at: datetime,
    changes: Sequence[Change],
    told: Sequence[Told],
) -> Audience:
    """Whom one notice of these changes concerns if it is announced at ``at``, with the days of
    their agreements. ``told``: what it tells of each change."""
    touched = sorted({entry for change in changes for entry in change.touches})
    excluded = excluded_from(deps, touched, changes[0].effective_on)
    found = audience(deps, register, at, scope_of(changes, excluded), changes[0], told=told)
    return replace(found, scopes={change.id: scope_of([change], excluded) for change in changes})


def audience(
    deps: Deps,
    register: Register,
    at: datetime,
    scope: Scope,
    change: Change | None = None,
    *,
    told: Sequence[Told],
) -> Audience:
    """Whom ``scope`` concerns. ``change``: the one that days are counted for, None counts for any
    of the kind that is ``told``, which is what its notice tells."""
    apart = sorted({customer for side in scope.sides for customer in side.excluded})
    answer = deps.agreements.notice_terms(register.id, apart)
    today, profiles = given_on(register, at), profiles_by_group(answer.profiles)
    counted = [
        (group, concerned(scope, profiles.get(group["key"], ()), today)) for group in answer.groups
    ]
    groups = (
        counted_group(register, at, *each, change, told) for each in counted if each[1].covers
    )
    return Audience(scope, tuple(groups), answer.version)


def counted_group(
    register: Register,
    at: datetime,
    answer: Mapping[str, Any],
    counts: Concerned,
    change: Change | None,
    told: Sequence[Told],
) -> Group:
    """A group as `agreements` tells it, with the days that follow if it is told at ``at``."""
    said = _with_defaults(answer["terms"], register)
    # Of several changes that are told together, the strictest counts.
    informs = all(owes(said, *each) == INFORMATION for each in told)
    if informs:
        dates = information_dates(given_on(register, at))
    else:
        dates = _counted(register, at, answer, said, change or told[0][0])
    return Group(
        key=answer["key"],
        terms=said,
        authorisation=answer["authorisation"],
        agreements=counts.agreements,
        customers=counts.customers,
        covers=counts.covers,
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
    change: Change | str,
) -> NoticeDates:
    """``change``: its kind, where days are counted for any change of one kind."""
    zones = zones_of(answer["terms"], register.time_zone)
    dated = starting_day(at + SENDING_ALLOWANCE, zones)
    agreed = said, answer["authorisation"]
    if isinstance(change, Change):
        terms, effective_on = change.terms_of(*agreed), change.effective_on
    else:
        terms, effective_on = ClockTerms.parse(*agreed, change), None
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


def given_on(register: Register, at: datetime) -> date:
    """The day on which a notice that is announced at this instant is dated, at the processor."""
    return (at + SENDING_ALLOWANCE).astimezone(ZoneInfo(register.time_zone)).date()
