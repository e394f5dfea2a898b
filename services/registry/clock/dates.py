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
    receipt, which is not known yet, so the real days may be later, never earlier. ``silence`` is
    what silence means after authorisation and terms are both read.
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
    """The days that follow from a notice given on ``given_on``.

    Under the receipt rules ``delivered`` and ``acknowledged`` they are the earliest possible and
    marked provisional; ``dates_from_receipt`` gives the real ones.
    """
    return _dates(terms, given_on, given_on, provisional=terms.receipt_rule != "sent")


def dates_from_receipt(terms: NoticeTerms, given_on: date, received_on: date) -> NoticeDates:
    """The days once the notice was delivered (or acknowledged, as the terms say) on a day.

    Under ``sent`` the receipt changes nothing. Raises ValueError for a receipt before the notice.
    """
    if received_on < given_on:
        raise ValueError(f"The receipt of {received_on} is before the notice of {given_on}.")
    runs_from = given_on if terms.receipt_rule == "sent" else received_on
    return _dates(terms, given_on, runs_from, provisional=False)


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
    words = f"{_say(start)} is the day the notice was {terms.receipt_rule}; it is not counted."
    if provisional:
        words = (
            f"The agreement counts from the day the notice is {terms.receipt_rule}, which is not "
            f"known yet; {_say(start)} is the earliest possible and is not counted."
        )
    return words


def _objection(terms: NoticeTerms, start: date) -> Step:
    plain = _plain_end(terms, start, terms.objection_days)
    end = _with_two_working_days(terms, start, plain, terms.objection_days)
    end = next_working_day(end, terms.holidays)
    text = f"{_say(start)} + {_days(terms, terms.objection_days)} = {_say(plain)}, last hour."
    clause = f"objection period; {RULE} Art. 3(2)(b), 3(3)"
    if end != plain:
        text += f" The period ends with a working day, and with two at least: {_say(end)}."
        clause += ", 3(4), 3(5)"
    return Step("objection_deadline", end, clause, text)


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
