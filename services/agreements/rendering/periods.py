"""The rows of a document about notice and objection, in words."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from services.agreements.contract.sentences.counting import rule
from services.agreements.contract.sentences.phrases import Phrases
from services.agreements.contract.terms import SHORT_FORM
from services.agreements.rendering import promises
from services.agreements.rendering.parts import Members, Rows, filled, number
from services.agreements.rendering.words import Words
from shared.public_holidays import EVES_IN_CALENDAR, country_of

DAYS = ("notice_days", "objection_days")
PERIODS = ("notice", "objection")


def rows(words: Words, terms: Members) -> Rows:
    """The terms that set days: in the short form, or as the long one has them."""
    return [
        *(_short(words, terms) if not _long(terms) else _long_rows(words, terms)),
        *_more(words, terms),
        *promises.rows(words, terms),
    ]


def counting(words: Words, members: Members) -> Rows:
    """The sentence by which the contract counts its periods; older documents have none."""
    counted = members.get("counting")
    if not counted:
        return []
    return [(words("counting"), sentence(words, counted["holidays"], counted["time_zones"]))]


def sentence(words: Words, place: str | None, zones: Sequence[str]) -> str:
    """How periods are counted (law corrections 6.4), with the calendar and the zone."""
    return rule(Phrases(words.language), place, zones)


def length(words: Words, members: Members | None) -> str:
    """``14 calendar days``; a length of none is "at once"."""
    if members is None:
        return words("no_number")
    return number(words, members["value"], members["unit"])


def _long(terms: Members) -> bool:
    return any(terms.get(name) for name in PERIODS)


def _short(words: Words, terms: Members) -> Rows:
    return [(words(name), _short_value(words, name, terms[name])) for name in SHORT_FORM]


def _short_value(words: Words, name: str, value: Any) -> str:
    """Zero days, which old agreements may say, are no number."""
    if name == "holidays" and value:
        return words.place(value)
    return words("no_number") if name in DAYS and value == 0 else words.value(value)


def _long_rows(words: Words, terms: Members) -> Rows:
    rows = [(words(f"{name}_period"), _period(words, terms, name)) for name in PERIODS]
    more = (
        (words(name), _short_value(words, name, terms[name])) for name in ("holidays", "silence")
    )
    return [*rows, *more]


def _period(words: Words, terms: Members, name: str) -> str:
    members = terms.get(name)
    if members is None:
        days = terms.get(f"{name}_days")
        unit = "business_days" if terms["day_kind"] == "business" else "days"
        members = {"length": {"value": days, "unit": unit} if days else None}
    return "; ".join(_parts(words, members))


def _parts(words: Words, members: Members) -> Iterator[str]:
    if members.get("ends") == "effective_day":
        before = members.get("before_effect")
        yield (
            filled(words, "before_effect", length(words, before))
            if before
            else (words("until_effect"))
        )
    else:
        yield length(words, members.get("length"))
    if members.get("starts"):
        yield words(f"from_{members['starts']}")
    if members.get("deemed_after"):
        yield filled(words, "deemed_after", length(words, members["deemed_after"]))
    if members.get("deemed_by_letter"):
        yield filled(words, "deemed_by_letter", length(words, members["deemed_by_letter"]))
    if members.get("first_day_counts"):
        yield words("first_day_counts")
    if members.get("counted_to"):
        yield filled(words, "counted_to", members["counted_to"])
    if members.get("grounds_text") or members.get("grounds"):
        yield filled(words, "grounds", members.get("grounds_text") or words(members["grounds"]))


def _more(words: Words, terms: Members) -> Iterator[tuple[str, str]]:
    yield words("eves"), words.value(_eves(terms))
    for kind, periods in sorted((terms.get("by_kind") or {}).items()):
        yield words(f"for_{kind}"), _both(words, periods)
    for periods in terms.get("also") or ():
        where = f"{periods['said_where']}: " if periods.get("said_where") else ""
        yield words("also_said"), where + _said_also(words, periods)
    yield words("emergency"), _emergency(words, terms.get("emergency"))
    for name, in_words in _IN_WORDS.items():
        if terms.get(name):
            yield words("soft_terms" if name == "soft" else name), in_words(words, terms[name])


def _eves(terms: Members) -> bool:
    named: bool | None = terms.get("eves")
    in_calendar = country_of(terms.get("holidays") or "") in EVES_IN_CALENDAR
    return in_calendar if named is None else named


def _both(words: Words, periods: Members) -> str:
    named = [name for name in PERIODS if periods.get(name)]
    return "\n".join(
        f"{words(f'{name}_period')}: {'; '.join(_parts(words, periods[name]))}" for name in named
    )


def _said_also(words: Words, periods: Members) -> str:
    breach = periods.get("breach")
    told = [_both(words, periods), promises.breach_line(words, breach) if breach else ""]
    return "\n".join(each for each in told if each)


def _emergency(words: Words, members: Members | None) -> str:
    """As the clock counts: without a shorter length nothing is shorter (decision 0038)."""
    shorter = (members or {}).get("length")
    parts = (
        [length(words, shorter), words("objection_not_longer")]
        if shorter
        else [words("usual_periods")]
    )
    if members and members.get("approved_by"):
        parts.append(filled(words, "approved_by", members["approved_by"]))
    return "; ".join(parts)


def _remedy(words: Words, members: Members) -> Iterator[str]:
    yield from (words(step) for step in members.get("then") or ())
    cure = members.get("cure_text") or (members.get("cure") and length(words, members["cure"]))
    if cure:
        yield filled(words, "cure", cure)
    if members.get("end_notice"):
        yield filled(words, "end_notice", length(words, members["end_notice"]))
    if members.get("refund"):
        yield words(_REFUNDS[members["refund"]])


_REFUNDS = {"pro_rata": "pro_rata", "none": "no_refund", "not_stated": "refund_not_stated"}
_IN_WORDS: dict[str, Callable[[Words, Any], str]] = {
    "soft": Words.told,
    "remedy": lambda words, members: "; ".join(_remedy(words, members)),
    "condition": Words.told,
    "only_if_subscribed": Words.told,
}
