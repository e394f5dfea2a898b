"""Texts of templates, feeds and the PDF: facts of a register in the visitor's language."""

from __future__ import annotations

import json
import secrets
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from functools import partial
from typing import Any, TypeVar
from urllib.parse import urlencode

from flask import get_template_attribute
from markupsafe import Markup, escape

from services.public.catalogue import Words
from services.public.entries import Entry, Listing
from services.public.find import in_state, options, outside_eea, statuses
from services.public.groups import ENGAGED, grouped, recipients
from services.public.query import CHANGING, CHOICES, NARROWING, Query
from services.public.register import Register
from services.public.verdict_text import VERDICTS

Json = dict[str, Any]
Value = Any  # Any JSON value.
E = TypeVar("E", bound=Json)

UNKNOWN, NO_PLACE = "unknown", "no_place"
# What the tally counts: an entry that states no place is as bad as a place without basis.
COUNTED = ("missing", NO_PLACE, "invalid", "unproven", UNKNOWN, *VERDICTS[3:])
# Shown beside the word, so that a verdict never depends on colour alone.
SYMBOLS = {
    "missing": "✕",
    "invalid": "✕",
    "unproven": "…",
    "expiring": "!",
    "valid": "✓",
    "no_transfer": "✓",
}
# Stands in a kept row for the query string, which differs from page to page. It is random, so that
# no text of a register can contain it.
UNFILTERED: Mapping[str, None] = dict.fromkeys((*NARROWING, "sort", "page"))
QUERY_STRING = f"query-{secrets.token_hex(16)}"


def groups(register: Register, here: str, entries: Sequence[Entry]) -> list[Json]:
    """Return the groups of the list, each with its heading, its note and its rows. A list that has
    nothing but sub-processors of every customer needs no heading."""
    return [
        {**told, "rows": rows(register, here, told["entries"])}
        for told in told_groups(entries, register.words, register.processor["legal_name"])
    ]


def told_groups(entries: Sequence[E], t: Words, name: str) -> list[Json]:
    found = grouped(entries)
    plain = [group for group, _ in found] == [ENGAGED]
    return [
        {
            "heading": "" if plain else t(f"group.{group}", name=name),
            "note": "" if group == ENGAGED else t(f"group.{group}.note", name=name),
            "entries": members,
        }
        for group, members in found
    ]


def rows(register: Register, here: str, entries: Sequence[Entry]) -> Markup:
    """Return rows of the list. A row is rendered once and kept for all pages that show it."""
    row, t, day = get_template_attribute("_row.html", "row"), register.words, register.day
    name, names, place = register.processor["legal_name"], register.names, shared_places()
    rendered = []
    for entry in entries:
        parent = names.get(entry.get("parent_id") or "", "")
        days = row_days(entry, t, register.today)
        key = ("row", t.language, here, name, parent, *days.values(), ended(entry, day))
        make = partial(row, entry, t, here, parent, QUERY_STRING, day, name, place, days)
        rendered.append(entry.once(key, make))
    filtered = query_string(register.query, **UNFILTERED)
    text = "".join(rendered).replace(QUERY_STRING, str(escape(filtered)))
    return Markup(text)  # noqa: S704  Rows come out of templates, which escape.


def row_days(entry: Json, t: Words, today: date) -> dict[str, str]:
    """Return the days of an entry in its row: all of them, and those that lie ahead."""
    until = entry.get("listed_until")
    end = t("entry.until", day=t.day(until)) if until else next_change(entry, t, today)
    ahead = bool(until) or str((entry.get("next_change") or {}).get("effective_on")) > str(today)
    return {"line": days_line(entry, t, today), "soon": end if ahead else ""}


def days_line(entry: Json, t: Words, today: date) -> str:
    """Return since when an entry is on the list, until when, and when it changes next."""
    since, until = entry.get("listed_since"), entry.get("listed_until")
    if not since:
        return ""
    end = t("entry.until", day=t.day(until)) if until else next_change(entry, t, today)
    return ", ".join(filter(None, (t("entry.since", day=t.day(since)), end)))


def next_change(entry: Json, t: Words, today: date) -> str:
    """Return when the entry changes, or has changed if the page shows a day that is past."""
    on = (entry.get("next_change") or {}).get("effective_on")
    if not on:
        return ""
    return t("entry.changed" if on <= today.isoformat() else "entry.changes", day=t.day(on))


def shared_places() -> Callable[[Json, Words, date, bool], Markup]:
    """Return a function that renders the places of one page; equal places are rendered once."""
    render = get_template_attribute("_parts.html", "place")
    by_identity, by_content = dict[int, Markup](), dict[str, Markup]()

    def render_once(place: Json, t: Words, day: date, full: bool) -> Markup:
        # ``id`` is a safe key: the entries of the page keep their places alive meanwhile.
        if id(place) not in by_identity:
            content = json.dumps(place if full else without_evidence(place))
            if content not in by_content:
                by_content[content] = render(place, t, day, full)
            by_identity[id(place)] = by_content[content]
        return by_identity[id(place)]

    return render_once


def without_evidence(place: Json) -> Json:
    """Return a place as the list shows it: without evidence, in which equal places differ."""
    mechanisms = [{**mechanism, "evidence": None} for mechanism in place.get("mechanisms") or []]
    return {**place, "mechanisms": mechanisms}


def ended(entry: Entry, day: date) -> tuple[bool, ...]:
    """Return for each mechanism with an end whether it has ended by ``day``: a row shows this."""
    ends = entry.once("ends", lambda: ends_of(entry))
    return tuple(end <= day.isoformat() for end in ends)


def ends_of(entry: Entry) -> tuple[str, ...]:
    """Return the last days of the entry's mechanisms that have one."""
    return tuple(
        str(mechanism["ended_on"])
        for place in entry.get("locations") or []
        for mechanism in place.get("mechanisms") or []
        if mechanism.get("ended_on")
    )


def tally(listing: Listing) -> list[tuple[str, int]]:
    """Return the number of places by verdict, the worst verdict first.

    An entry without a place counts once as ``NO_PLACE``, so each entry is in the sum.
    """
    return listing.once("tally", lambda: count_verdicts(listing))


def count_verdicts(entries: Sequence[Json]) -> list[tuple[str, int]]:
    count = Counter(status for entry in recipients(entries) for status in statuses(entry))
    return [(status, count[status]) for status in COUNTED if count[status]]


def tally_lines(listing: Listing, t: Words) -> list[str]:
    """Return the tally in words, a line for each verdict."""
    return [
        t.labelled(tally_word(status, listing, t), counted(status, n, t))
        for status, n in tally(listing)
    ]


def tally_word(status: str, listing: Listing, t: Words) -> str:
    """Return the word for a verdict in a tally: what is no transfer may stay at home elsewhere."""
    abroad = status == "no_transfer" and any(
        (place.get("verdict") or {}).get("status") == status
        for entry in recipients(listing)
        for place in outside_eea(entry)
    )
    return t("verdict.no_transfer.home" if abroad else f"verdict.{status}")


def counted(status: str, n: int, t: Words) -> str:
    return t.count("entries" if status == NO_PLACE else "places", n)


def choices(register: Register) -> dict[str, list[tuple[str, str]]]:
    """Return the filters of the page with their choices, those of the whole list by name."""
    t, listing = register.words, register.all_entries
    return listing.once(("choices", t.language), lambda: choices_of(listing, t))


def choices_of(listing: Listing, t: Words) -> dict[str, list[tuple[str, str]]]:
    states = [one for one in CHOICES["state"] if any(in_state(entry, one) for entry in listing)]
    return {
        **options(listing, t),
        "verdict": [(one, tally_word(one, listing, t)) for one, _ in tally(listing)],
        "state": [(one, state_word(one, t)) for one in states] if len(states) > 1 else [],
        "sort": [(one, t(f"sort.{one}")) for one in CHOICES["sort"]],
    }


def state_word(state: str, t: Words) -> str:
    return t("state.changing") if state == CHANGING else t.named("stage", state)


def in_days(day: str | None, today: date, t: Words) -> str:
    """Return how far ``day`` lies from today, in words."""
    if not day:
        return ""
    days = (date.fromisoformat(day) - today).days
    if days in (0, 1):
        return t(f"in_days.{days}")
    return t("in_days.later", n=days) if days > 1 else t("in_days.past")


def query_string(query: Query, **other: object) -> str:
    """Return this page's query string with ``other`` values in place of its own; None drops one."""
    params = {
        "lang": query.language,
        "as_of": query.as_of,
        **{name: getattr(query, name) for name in NARROWING},
        "outside_eea": "1" if query.outside_eea else "",
        "sort": query.sort,
        "page": query.page,
        "from": query.from_,
        "to": query.to,
        **other,
    }
    kept = {name: str(value) for name, value in params.items() if value}
    return f"?{urlencode(kept)}" if kept else ""


def lang_query(query: Query) -> str:
    """Return the query string of another page of the register: the language, and nothing else."""
    return f"?lang={query.language}" if query.language else ""
