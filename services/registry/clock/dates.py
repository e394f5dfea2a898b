"""The days that follow from one notice, each with its clause and its arithmetic."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from services.registry.clock.calendars import ONE_DAY, next_working_day
from services.registry.clock.terms import CONSENT, REFUSAL, NoticeTerms

RULE = "Regulation (EEC, Euratom) 1182/71"
_WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


@dataclass(frozen=True, slots=True)
class Step:
    """One day that was computed: which, by which clause, and the arithmetic in words."""

    name: str
    day: date
    clause: str
    text: str

    def to_mapping(self) -> dict[str, str]:
        """The step as JSON values."""
        day = self.day.isoformat()
        return {"name": self.name, "day": day, "clause": self.clause, "text": self.text}


@dataclass(frozen=True, slots=True)
class NoticeDates:
    """The days one notice sets.

    ``runs_from`` is the day the periods run from. ``provisional``: the agreement counts from
    receipt, so the real days depend on the customer and may be later, never earlier. ``silence``
    is what silence means after authorisation and terms are both read.
    """

    given_on: date
    runs_from: date
    objection_deadline: date
    earliest_effective_on: date
    provisional: bool
    needs_approval: bool
    silence: str
    arithmetic: tuple[Step, ...]


def dates_for(terms: NoticeTerms, given_on: date) -> NoticeDates:
    """The days that follow from a notice dated ``given_on``, if it is sent on that day.

    They are the earliest possible; ``dates_counted_from`` gives the real ones, once it is known
    when the notice was sent, delivered or acknowledged. Under the latter two rules that is not for
    the processor to decide, so these are marked provisional.
    """
    return _dates(terms, given_on, given_on, provisional=terms.receipt_rule != "sent")


def dates_counted_from(terms: NoticeTerms, given_on: date, day: date) -> NoticeDates:
    """The days once the notice was sent (delivered, acknowledged: as the terms say) on ``day``.

    ``given_on``: the day it was dated. Raises ValueError for a ``day`` before it.
    """
    if day < given_on:
        raise ValueError(f"{day} is before the day of the notice, {given_on}.")
    return _dates(terms, given_on, day, provisional=False)


def objection_spans(terms: NoticeTerms, given_on: date, most_days_late: int) -> tuple[int, ...]:
    """How many days after its start the objection period ends, if it starts on ``given_on``, a day
    later, and so on. With it a service without this clock can date a notice that is sent late."""
    starts = (given_on + timedelta(late) for late in range(most_days_late + 1))
    return tuple((_objection_end(terms, start) - start).days for start in starts)


def _dates(terms: NoticeTerms, given_on: date, start: date, *, provisional: bool) -> NoticeDates:
    objection = _objection(terms, start)
    notice = _notice(terms, start)
    effective = _effective(notice.day, objection.day)
    first = Step("runs_from", start, f"{RULE} Art. 3(1)", _start_words(terms, start, provisional))
    silence = REFUSAL if terms.needs_approval else CONSENT
    return NoticeDates(
        given_on,
        start,
        objection.day,
        effective.day,
        provisional,
        terms.needs_approval,
        silence,
        (first, objection, notice, effective),
    )


def _start_words(terms: NoticeTerms, start: date, provisional: bool) -> str:
    words = f"{_say(start)} is the day the notice is {terms.receipt_rule}; it is not counted."
    if provisional:
        words = (
            f"The agreement counts from the day the notice is {terms.receipt_rule}, which is not "
            f"known yet; {_say(start)} is the earliest possible and is not counted."
        )
    return words


def _objection(terms: NoticeTerms, start: date) -> Step:
    plain = _plain_end(terms, start, terms.objection_days)
    end = _objection_end(terms, start)
    text = f"{_say(start)} + {_days(terms, terms.objection_days)} = {_say(plain)}, last hour."
    clause = f"objection period; {RULE} Art. 3(2)(b), 3(3)"
    if end != plain:
        text += f" The period ends with a working day, and with two at least: {_say(end)}."
        clause += ", 3(4), 3(5)"
    return Step("objection_deadline", end, clause, text)


def _objection_end(terms: NoticeTerms, start: date) -> date:
    plain = _plain_end(terms, start, terms.objection_days)
    end = _with_two_working_days(terms, start, plain, terms.objection_days)
    return next_working_day(end, terms.holidays)


def _notice(terms: NoticeTerms, start: date) -> Step:
    plain = _plain_end(terms, start, terms.notice_days)
    end = _with_two_working_days(terms, start, plain, terms.notice_days)
    text = f"{_say(start)} + {_days(terms, terms.notice_days)} = {_say(plain)}, last hour."
    clause = f"notice period; {RULE} Art. 3(2)(b), 3(3)"
    if end != plain:
        text += f" Two working days at least lie in it: {_say(end)}."
        clause += ", 3(5)"
    return Step("notice_ends_on", end, clause, text)


def _effective(notice_end: date, objection_deadline: date) -> Step:
    last = max(notice_end, objection_deadline)
    which = "notice" if notice_end >= objection_deadline else "objection"
    text = f"The day after the {which} period, {_say(last)} + 1 day = {_say(last + ONE_DAY)}."
    return Step("earliest_effective_on", last + ONE_DAY, "GDPR Art. 28(2)", text)


def _plain_end(terms: NoticeTerms, start: date, days: int) -> date:
    if terms.day_kind == "calendar":
        return start + timedelta(days=days)
    end = start
    for _ in range(days):
        end = next_working_day(end + ONE_DAY, terms.holidays)
    return end


def _with_two_working_days(terms: NoticeTerms, start: date, end: date, days: int) -> date:
    if days < 2:
        return end
    second = next_working_day(start + ONE_DAY, terms.holidays) + ONE_DAY
    return max(end, next_working_day(second, terms.holidays))


def _days(terms: NoticeTerms, days: int) -> str:
    unit = "day" if days == 1 else "days"
    if terms.day_kind == "calendar":
        return f"{days} calendar {unit}"
    return f"{days} business {unit} ({terms.holidays or 'weekends only'})"


def _say(day: date) -> str:
    # Not by strftime, whose names of days follow the locale of the process.
    return f"{_WEEKDAYS[day.weekday()]} {day.isoformat()}"
