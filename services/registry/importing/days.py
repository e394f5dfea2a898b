"""The days of a company in a list: since when it is listed, and since when it is used."""

from __future__ import annotations

from datetime import date

from services.registry.importing import words
from shared.errors import problem_at
from shared.importing.asking import Answers, Question
from shared.importing.days import days_of, is_span

SINCE = "valid_from"
USED = "used_since"
# Members whose answer is one day, or none.
DAYS = (SINCE, USED)
_ASKS = {SINCE: "since when is this company on the list?", USED: "since when is it used?"}


def read_day(member: str, text: str, answers: Answers) -> tuple[date | None, Question | None]:
    """The day that ``text`` names; a question where several may be meant, or none is known.

    Used since a month or a year is used since its last day at least. The answer is one day, or
    none: then that of the whole list counts, or no use is stated.
    """
    if words.says_nothing(text):
        return None, None
    days = days_of(text)
    if len(days) == 1:
        return days[0], None
    if member == USED and is_span(days):
        return days[1], None
    why = f"“{text}” is no single day; {_ASKS[member]}"
    question = Question(member, text, "day-unclear", why, tuple(day.isoformat() for day in days))
    answer = answers.to(question)
    if answer is None:
        return None, question
    return (date.fromisoformat(answer[0]) if answer else None), None


def check_begun(since: date | None, list_day: date) -> date | None:
    """Return ``since``. Raises ``Invalid`` if it comes after the day of the list."""
    if since and since > list_day:
        detail = (
            f"It begins on {since}, after the day of the list, {list_day}. Leave the row out, and "
            "announce it as a change."
        )
        raise problem_at("/valid_from", "day-to-come", detail)
    return since
