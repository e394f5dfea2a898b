"""The days that follow from one notice, each with its clause and its arithmetic."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from services.registry.clock.calendars import ONE_DAY, Calendar
from services.registry.clock.periods import (
    end_on_a_working_day,
    end_with_two_working_days,
    latest_start,
    plain_end,
)
from services.registry.clock.terms import (
    CONSENT,
    EFFECTIVE_DAY,
    REFUSAL,
    NoticeTerms,
    Period,
    Span,
)
from services.registry.clock.words import LANGUAGES, Length, Said, in_words, said


@dataclass(frozen=True, slots=True)
class Step:
    """One day that was computed: which, by which clause, and how.

    ``day`` is None where the agreement sets none. ``by``: the clause, as a code of words. A
    contract has the Regulation only by its own words (its Art. 1); it is how we count in any case.
    """

    name: str
    day: date | None
    by: str
    how: tuple[Said, ...]

    @property
    def clause(self) -> str:
        return self.clause_in("en")

    @property
    def text(self) -> str:
        return self.text_in("en")

    def clause_in(self, language: str) -> str:
        return in_words((Said(f"clause.{self.by}"),), language)

    def text_in(self, language: str) -> str:
        """The arithmetic in words."""
        return in_words(self.how, language)

    def to_mapping(self) -> dict[str, str | None]:
        """The step as JSON values, in English."""
        day = self.day.isoformat() if self.day else None
        return {"name": self.name, "day": day, "clause": self.clause, "text": self.text}

    def to_all_languages(self) -> dict[str, Any]:
        """The same, with clause and text in each language besides."""
        return {
            **self.to_mapping(),
            "clause_by_language": {each: self.clause_in(each) for each in LANGUAGES},
            "text_by_language": {each: self.text_in(each) for each in LANGUAGES},
        }


@dataclass(frozen=True, slots=True)
class NoticeDates:
    """The days one notice sets.

    ``runs_from`` is the day the objection period runs from. ``objection_deadline`` None: no number
    of days is agreed, so no day ends the right to object. ``provisional``: the agreement counts
    from receipt, so the real days depend on the customer and may be later, never earlier.
    ``silence`` is what silence means after authorisation and terms are both read; None where
    nobody is asked.
    """

    given_on: date
    runs_from: date
    objection_deadline: date | None
    earliest_effective_on: date
    provisional: bool
    needs_approval: bool
    silence: str | None
    arithmetic: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Starts:
    """The days that the two periods run from, and the day of the change where it is known."""

    notice: date
    objection: date
    effective_on: date | None = None


def dates_for(terms: NoticeTerms, given_on: date, effective_on: date | None = None) -> NoticeDates:
    """The days that follow from a notice dated ``given_on``, if it is sent on that day.

    They are the earliest possible; ``dates_counted_from`` gives the real ones, once it is known
    when the notice was sent, delivered or acknowledged. Under the latter two rules that is not for
    the processor to decide, so these are marked provisional, whichever period of the text has one.
    """
    provisional = any(span.rule != "sent" for span in (*terms.notices, *terms.objections))
    starts = Starts(given_on, given_on, effective_on)
    return _dates(terms, given_on, starts, provisional=provisional)


def information_dates(first_day: date) -> NoticeDates:
    """The days of a change that the customer is only informed of: none to object, none to wait.

    ``first_day``: the earliest on which the change can take effect.
    """
    step = Step("for_information", first_day, "information", (said("information"),))
    return NoticeDates(
        given_on=first_day,
        runs_from=first_day,
        objection_deadline=None,
        earliest_effective_on=first_day,
        provisional=False,
        needs_approval=False,
        silence=None,
        arithmetic=(step,),
    )


def dates_counted_from(terms: NoticeTerms, given_on: date, starts: Starts) -> NoticeDates:
    """The days once the notice was sent (delivered, acknowledged: as the terms say).

    ``given_on``: the day it was dated. Raises ValueError for a start before it.
    """
    first = min(starts.notice, starts.objection)
    if first < given_on:
        raise ValueError(f"{first} is before the day of the notice, {given_on}.")
    return _dates(terms, given_on, starts, provisional=False)


def objection_deadline(terms: NoticeTerms, start: date, effective_on: date | None) -> date | None:
    """The last day to object if that period runs from ``start``; None: no day ends it.

    It needs no start of the notice, so it is known even while that has not begun.
    """
    return _objection(terms, Starts(start, start, effective_on)).day


def first_day(terms: NoticeTerms, starts: Starts) -> date:
    """The first day on which a change can take effect, once both periods have started."""
    return _last_day(terms, starts, _notice(terms, starts.notice).day)[1] + ONE_DAY


def _dates(terms: NoticeTerms, given_on: date, starts: Starts, *, provisional: bool) -> NoticeDates:
    objection, notice = _objection(terms, starts), _notice(terms, starts.notice)
    which, last = _last_day(terms, starts, notice.day)
    return NoticeDates(
        given_on,
        starts.objection,
        objection.day,
        last + ONE_DAY,
        provisional,
        terms.needs_approval,
        REFUSAL if terms.needs_approval else CONSENT,
        (
            _runs_from(terms.objection, starts.objection, provisional),
            objection,
            notice,
            _effective(which, last),
        ),
    )


def _runs_from(span: Span, start: date, provisional: bool) -> Step:
    counts = said("counts" if span.first_day_counts else "counts.not")
    code = "starts.open" if provisional and span.rule != "sent" else "starts"
    how = said(code, day=start, rule=said(f"rule.{span.rule}"), counts=counts)
    return Step("runs_from", start, "starts", (how,))


def _objection(terms: NoticeTerms, starts: Starts) -> Step:
    """The latest end of all periods to object. One that ends with a change whose day is not set
    has no end yet, and is later than any other."""
    by_length = _objection_by_length(terms, starts)
    by_effect = [_until_effect(span, terms, starts) for span in _until_effect_spans(terms)]
    unset = [step for step in by_effect if step.day is None]
    known = [step for step in (*by_effect, by_length) if step.day]
    return next(iter(unset), max(known, key=lambda step: step.day or date.min, default=by_length))


def _until_effect_spans(terms: NoticeTerms) -> tuple[Span, ...]:
    return tuple(span for span in terms.objections if span.ends == EFFECTIVE_DAY)


def _objection_by_length(terms: NoticeTerms, starts: Starts) -> Step:
    longest = _longest(
        terms, terms.objections, starts.objection, end_on_a_working_day, "working_day"
    )
    if longest is None:
        return _no_number("objection_deadline", "objection", terms, terms.objections)
    end, how, moved = longest
    return Step("objection_deadline", end, "objection.moved" if moved else "objection", how)


def _notice(terms: NoticeTerms, start: date) -> Step:
    longest = _longest(terms, terms.notices, start, end_with_two_working_days, "two_working_days")
    if longest is None:
        return _no_number("notice_ends_on", "notice", terms, terms.notices)
    end, how, moved = longest
    return Step("notice_ends_on", end, "notice.moved" if moved else "notice", how)


_End = Callable[[Period, date, Calendar], date]


def _longest(
    terms: NoticeTerms, spans: tuple[Span, ...], start: date, end_of: _End, moved_by: str
) -> tuple[date, tuple[Said, ...], bool] | None:
    """The period that ends last: its end, its arithmetic, and whether its end was moved."""
    ends = [
        _end(terms, span, start, end_of, moved_by)
        for span in spans
        if _sets_a_day(span, soft=terms.soft)
    ]
    if not ends:
        return None
    end, how, moved = max(ends, key=lambda each: each[0])
    named = (said("longest", number=len(ends)),) if ends[1:] else ()
    return end, (*how, *named), moved


def _sets_a_day(span: Span, *, soft: bool) -> bool:
    has_its_own_end = span.length is not None and span.ends != EFFECTIVE_DAY
    return has_its_own_end and (span.by_default or not soft)


def _end(
    terms: NoticeTerms, span: Span, start: date, end_of: _End, moved_by: str
) -> tuple[date, tuple[Said, ...], bool]:
    first = start - ONE_DAY if span.first_day_counts else start
    by_end = {end_of(each, first, terms.calendar): each for each in reversed(span.lengths)}
    end = min(by_end)
    period = by_end[end]
    plain = plain_end(period, first, terms.calendar)
    how = [said("sum", first=first, length=_length(period, terms), end=plain)]
    if span.by_default and period == span.length:
        how.append(said("by_default"))
    if end != plain:
        how.append(said(moved_by, day=end))
    return end, tuple(how), end != plain


def _until_effect(span: Span, terms: NoticeTerms, starts: Starts) -> Step:
    end, how = _effect_ends(span.before_effect, terms, starts)
    return Step("objection_deadline", end, "until_effect", (how,))


def _effect_ends(
    before: Period | None, terms: NoticeTerms, starts: Starts
) -> tuple[date | None, Said]:
    if starts.effective_on is None:
        return None, said("until_effect.open")
    if before is None:
        return starts.effective_on, said("until_effect", day=starts.effective_on)
    effective_on = max(starts.effective_on, _first_effect(before, terms, starts))
    end = latest_start(before, effective_on, terms.calendar)
    return end, said("sum.back", first=effective_on, length=_length(before, terms), end=end)


def _first_effect(before: Period, terms: NoticeTerms, starts: Starts) -> date:
    """The first day of a change before which the customer has a working day to object."""
    first = terms.calendar.next_working_day(starts.objection + ONE_DAY)
    return plain_end(before, first, terms.calendar)


def _no_number(name: str, which: str, terms: NoticeTerms, spans: tuple[Span, ...]) -> Step:
    lengths = tuple(Length(span.length) for span in spans if span.length)
    soft = bool(terms.soft and lengths)
    how = said("soft", lengths=lengths) if soft else said("no_number")
    return Step(name, None, f"{which}.open", (how,))


def _last_day(terms: NoticeTerms, starts: Starts, notice_end: date | None) -> tuple[str, date]:
    """The last of all periods, by the code of its name, and its last day. A period that ends with
    the change itself holds nothing up; one that ends before it leaves room for itself."""
    befores = [span.before_effect for span in _until_effect_spans(terms) if span.before_effect]
    rooms = [_first_effect(before, terms, starts) - ONE_DAY for before in befores]
    ends = {"last.notice": notice_end,
            "last.objection": _objection_by_length(terms, starts).day,
            "last.room": max(rooms, default=None),
            "last.given": max(starts.notice, starts.objection)}  # fmt: skip
    known = {which: day for which, day in ends.items() if day}
    which = max(known, key=lambda each: known[each])
    return which, known[which]


def _effective(which: str, last: date) -> Step:
    day = last + ONE_DAY
    how = said("effective", which=said(which), last=last, day=day)
    return Step("earliest_effective_on", day, "effective", (how,))


def _length(period: Period, terms: NoticeTerms) -> Length:
    counts_working_days = period.unit == "business_days"
    return Length(period, (terms.calendar.place or "") if counts_working_days else None)
