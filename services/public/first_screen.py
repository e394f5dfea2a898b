"""What the first screen of a page says in a few words: the tally, and one line for each basis."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from markupsafe import Markup, escape

from services.public.catalogue import Words
from services.public.entries import Listing
from services.public.find import in_eea, is_judged
from services.public.groups import recipients
from services.public.page_text import NO_PLACE, UNFILTERED, UNKNOWN, query_string, tally
from services.public.register import Register
from services.public.value_text import place_name
from services.public.verdict_text import VERDICTS, verdict_word

Json = dict[str, Any]
# The good first, as a sentence says it.
IN_WORDS = ("no_transfer", "valid", "expiring", "unproven", "invalid", "missing", UNKNOWN, NO_PLACE)
CARRIED = ("valid", "expiring")
LINES = 6
# Where the links stand in the sentence.
PLACE = "|"


def intro(register: Register) -> str:
    t, number = register.words, len(recipients(register.all_entries))
    if not number:
        return t("intro.none", name=register.processor["legal_name"])
    return t.count("intro", number, name=register.processor["legal_name"])


def sums(register: Register, here: str) -> Markup:
    """Return the tally as a sentence, in which each sum leads to the entries that it counts."""
    t, counted = register.words, dict(tally(register.all_entries))
    parts = [
        Markup('<a href="{}{}#list">{}</a>').format(
            here, found(register, verdict=status), sum_of(register, status, counted[status])
        )
        for status in IN_WORDS
        if status in counted
    ]
    if not parts:
        return Markup()
    before, after = t("sum.places", sums=PLACE).split(PLACE)
    return escape(before) + Markup("; ").join(parts) + escape(after)


def sum_of(register: Register, status: str, number: int) -> str:
    t = register.words
    if status != "no_transfer":
        return t(f"sum.{status}", n=number)
    if home_alone(register.all_entries):
        return t("sum.home", n=number)
    return t("sum.no_transfer", n=number, all=places_of(register.all_entries))


def home_alone(listing: Listing) -> bool:
    """Whether something is no transfer although it lies outside the EEA: in an own country."""
    return any(
        (place.get("verdict") or {}).get("status") == "no_transfer" and not in_eea(place)
        for entry in recipients(listing)
        for place in entry.get("locations") or []
    )


def places_of(listing: Listing) -> int:
    return sum(len(entry.get("locations") or []) for entry in recipients(listing))


def found(register: Register, **narrowed: str) -> str:
    """Return the query string of this page's list, narrowed as said and by nothing else."""
    return query_string(register.query, **{**UNFILTERED, **narrowed})


def place_lines(entry: Json, t: Words, day: date) -> list[Json]:
    """Return the places of an entry, one line for those with the same basis: where, how it stands,
    in words, and the class of its mark ("" where the page says nothing)."""
    grouped: dict[tuple[str, str], list[str]] = {}
    for place in entry.get("locations") or []:
        names = grouped.setdefault(standing(place, t, day), [])
        name = place_name(place, t)
        if name not in names:
            names.append(name)
    return [
        {"status": status, "words": words, "where": shortened(names)}
        for (status, words), names in grouped.items()
    ]


def shortened(names: Sequence[str]) -> str:
    more = [f"+{len(names) - LINES}"] if len(names) > LINES else []
    return ", ".join([*names[:LINES], *more])


def standing(place: Json, t: Words, day: date) -> tuple[str, str]:
    """Return the verdict on a place, and its words: with the basis that carries the transfer."""
    verdict = place.get("verdict") or {}
    status = str(verdict.get("status"))
    if not is_judged(place):
        return "", "; ".join(t.mechanism(one, day) for one in place.get("mechanisms") or [])
    if status not in VERDICTS:
        return UNKNOWN, t("verdict.unknown")
    carrier = next(carriers(place, verdict), None)
    if status in CARRIED and carrier:
        return status, t(f"verdict.{status}.by", name=t.instrument(carrier))
    return status, verdict_word(verdict, t)


def carriers(place: Json, verdict: Mapping[str, Any]) -> Iterator[Json]:
    """Yield the mechanism that the verdict rests on."""
    for mechanism in place.get("mechanisms") or []:
        if mechanism.get("instrument_id") == verdict.get("instrument_id"):
            yield mechanism
