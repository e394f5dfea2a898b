"""The days that follow from one notice, each with its clause and its arithmetic."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

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

# A contract has the Regulation only by its own words (Art. 1); it is how we count in any case.
RULE = "computed as by Regulation (EEC, Euratom) 1182/71"
_BY_DEFAULT = " The agreement names no number; that of the vendor's register counts."
_WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


@dataclass(frozen=True, slots=True)
class Step:
    """One day that was computed: which, by which clause, and the arithmetic in words.

    ``day`` is None where the agreement sets none.
    """

    name: str
    day: date | None
    clause: str
    text: str

    def to_mapping(self) -> dict[str, str | None]:
        """The step as JSON values."""
        day = self.day.isoformat() if self.day else None
        return {"name": self.name, "day": day, "clause": self.clause, "text": self.text}


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
    text = "The agreement owes no notice of such a change; nobody is asked to object, or waits."
    clause = "GDPR Art. 28(2): additions and replacements; owed_for of the agreement"
    step = Step("for_information", first_day, clause, text)
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
    counts = "it counts" if span.first_day_counts else "it is not counted"
    words = f"{_say(start)} is the day the notice is {span.rule}; {counts}."
    if provisional and span.rule != "sent":
        words = (
            f"The agreement counts from the day the notice is {span.rule}, which is not known yet; "
            f"{_say(start)} is the earliest possible; {counts}."
        )
    return Step("runs_from", start, f"{RULE} Art. 3(1)", words)


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
    text = " The period ends with a working day, and with two at least: {}."
    clause = f"objection period; {RULE} Art. 3(2)(b), 3(3)"
    step = _longest(terms, terms.objections, starts.objection, end_on_a_working_day, text)
    if step is None:
        return _no_number("objection_deadline", "objection period", terms, terms.objections)
    end, words, moved = step
    return Step("objection_deadline", end, f"{clause}, 3(4), 3(5)" if moved else clause, words)


def _notice(terms: NoticeTerms, start: date) -> Step:
    text = " Two working days at least lie in it: {}."
    clause = f"notice period; {RULE} Art. 3(2)(b), 3(3)"
    step = _longest(terms, terms.notices, start, end_with_two_working_days, text)
    if step is None:
        return _no_number("notice_ends_on", "notice period", terms, terms.notices)
    end, words, moved = step
    return Step("notice_ends_on", end, f"{clause}, 3(5)" if moved else clause, words)


_End = Callable[[Period, date, Calendar], date]


def _longest(
    terms: NoticeTerms, spans: tuple[Span, ...], start: date, end_of: _End, moved_words: str
) -> tuple[date, str, bool] | None:
    """The period that ends last: its end, its arithmetic, and whether its end was moved."""
    ends = []
    for span in spans:
        if span.length is None or span.ends == EFFECTIVE_DAY:
            continue
        if terms.soft and not span.by_default:
            continue
        first = start - ONE_DAY if span.first_day_counts else start
        by_end = {end_of(each, first, terms.calendar): each for each in reversed(span.lengths)}
        end = min(by_end)
        plain = plain_end(by_end[end], first, terms.calendar)
        words = f"{_say(first)} + {_length(by_end[end], terms)} = {_say(plain)}, last hour."
        words += _BY_DEFAULT if span.by_default and by_end[end] == span.length else ""
        ends.append(
            (end, words + (moved_words.format(_say(end)) if end != plain else ""), end != plain)
        )
    if not ends:
        return None
    end, words, moved = max(ends, key=lambda each: each[0])
    named = f" The text names {len(ends)} periods; the longest one binds." if ends[1:] else ""
    return end, words + named, moved


def _until_effect(span: Span, terms: NoticeTerms, starts: Starts) -> Step:
    name, clause = "objection_deadline", "objection until the effective day"
    before = span.before_effect
    if starts.effective_on is None:
        return Step(name, None, clause, "It ends with the day of the change, which is not set.")
    if before is None:
        return Step(name, starts.effective_on, clause, f"Up to {_say(starts.effective_on)}.")
    effective_on = max(starts.effective_on, _first_effect(before, terms, starts))
    end = latest_start(before, effective_on, terms.calendar)
    words = f"{_say(effective_on)} - {_length(before, terms)} = {_say(end)}, last hour."
    return Step(name, end, clause, words)


def _first_effect(before: Period, terms: NoticeTerms, starts: Starts) -> date:
    """The first day of a change before which the customer has a working day to object."""
    first = terms.calendar.next_working_day(starts.objection + ONE_DAY)
    return plain_end(before, first, terms.calendar)


def _no_number(name: str, which: str, terms: NoticeTerms, spans: tuple[Span, ...]) -> Step:
    lengths = [str(span.length) for span in spans if span.length]
    if terms.soft and lengths:
        words = f"{' and '.join(lengths)}, where possible: a number that binds nobody sets no day."
    else:
        words = "The agreement names no number of days, so none of them is the last."
    return Step(name, None, f"{which}; GDPR Art. 28(2)", words)


def _last_day(terms: NoticeTerms, starts: Starts, notice_end: date | None) -> tuple[str, date]:
    """The last of all periods, and its last day. A period that ends with the change itself holds
    nothing up; one that ends before it leaves room for itself."""
    befores = [span.before_effect for span in _until_effect_spans(terms) if span.before_effect]
    rooms = [_first_effect(before, terms, starts) - ONE_DAY for before in befores]
    ends = {"notice period": notice_end,
            "objection period": _objection_by_length(terms, starts).day,
            "first day to object and the time before the change": max(rooms, default=None),
            "day of the notice": max(starts.notice, starts.objection)}  # fmt: skip
    known = {which: day for which, day in ends.items() if day}
    which = max(known, key=lambda each: known[each])
    return which, known[which]


def _effective(which: str, last: date) -> Step:
    text = f"The day after the {which}, {_say(last)} + 1 day = {_say(last + ONE_DAY)}."
    return Step("earliest_effective_on", last + ONE_DAY, "GDPR Art. 28(2)", text)


def _length(period: Period, terms: NoticeTerms) -> str:
    if period.unit != "business_days":
        return str(period)
    return f"{period} ({terms.calendar.place or 'weekends only'})"


def _say(day: date) -> str:
    # Not by strftime, whose names of days follow the locale of the process.
    return f"{_WEEKDAYS[day.weekday()]} {day.isoformat()}"
