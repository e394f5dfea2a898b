"""Notice terms of tests, in the short form and in the long one."""

from __future__ import annotations

import re
from typing import Any

from hypothesis import strategies as st

from services.registry.clock import Calendar, NoticeTerms, Period, Span

PLACES = ["DK", "SE", "NO", "FI", "DE-BY", "DE", "GB", "GB-ENG", "US", None]


def short(
    notice_days: int | None,
    objection_days: int | None,
    day_kind: str = "calendar",
    holidays: str | None = "DK",
    receipt_rule: str = "sent",
    **more: Any,
) -> NoticeTerms:
    """Terms as the short form of the contract writes them; ``authorisation`` may be in ``more``."""
    authorisation = more.pop("authorisation", "general")
    members = {
        "notice_days": notice_days, "objection_days": objection_days, "day_kind": day_kind,
        "holidays": holidays, "receipt_rule": receipt_rule, **more,
    }  # fmt: skip
    return NoticeTerms.parse(members, authorisation)


UNITS = {"d": "days", "bd": "business_days", "w": "weeks", "m": "months", "y": "years"}
EVES = {"yes": True, "no": False, "-": None}


def length(text: str) -> dict[str, Any] | None:
    number = re.match(r"~?(\d+)(bd|[dwmy])", text)
    return {"value": int(number[1]), "unit": UNITS[number[2]]} if number else None


def period(text: str) -> dict[str, Any]:
    """``until-5d``, ``14d+``, ``-`` as a member of the long form."""
    if text.startswith("until"):
        return {"ends": "effective_day", "before_effect": length(text.removeprefix("until-"))}
    return {"length": length(text), "first_day_counts": "+" in text}


def long(
    notice: str, objection: str, place: str = "DK", eves: str = "-", **more: Any
) -> NoticeTerms:
    """Terms in the long form, as golden_terms.txt has it: ``30d&2m``, ``until-5d``, ``14d+``."""
    notices, objections = notice.split("&"), objection.split("&")
    both = [
        {"notice": period(notices[index % len(notices)]),
         "objection": period(objections[index % len(objections)])}
        for index in range(max(len(notices), len(objections)))
    ]  # fmt: skip
    members = {**both[0], "also": both[1:], "holidays": None if place == "-" else place,
               "eves": EVES[eves], "soft": "~" in notice, **more}  # fmt: skip
    return NoticeTerms.parse(members)


periods = st.one_of(
    st.none(),
    st.builds(Period, st.integers(1, 120), st.sampled_from(["days", "business_days"])),
    st.builds(Period, st.integers(1, 18), st.sampled_from(["weeks", "months"])),
    st.builds(Period, st.integers(1, 2), st.just("years")),
)
rules = st.sampled_from(["sent", "published", "delivered", "acknowledged"])
spans = st.builds(Span, periods, rules, st.none(), st.booleans())
calendars = st.builds(Calendar, st.sampled_from(PLACES), st.sampled_from([True, False, None]))
terms_of_any_kind = st.builds(
    NoticeTerms,
    spans,
    spans,
    calendars,
    st.sampled_from(["consent", "refusal"]),
    st.sampled_from(["general", "specific"]),
    st.booleans(),
    st.lists(st.tuples(spans, spans), max_size=2).map(tuple),
)
hard_terms = terms_of_any_kind.filter(lambda terms: not terms.soft)
