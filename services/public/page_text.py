"""What the templates say: sentences made of the register's facts, in the visitor's language."""

from __future__ import annotations

import json
import secrets
from collections import Counter
from collections.abc import Callable, Mapping
from datetime import date
from functools import partial
from typing import Any
from urllib.parse import urlencode

from flask import get_template_attribute
from markupsafe import Markup, escape

from services.public import public_members
from services.public.catalogue import Words
from services.public.entries import Entry, Listing
from services.public.query import Ask
from services.public.register import Register, countries

Json = dict[str, Any]
Value = Any  # Whatever JSON can hold.

# In the order in which a reader should worry.
VERDICTS = ("missing", "invalid", "unproven", "expiring", "valid", "no_transfer")
# Symbol beside the word, so that a verdict is never told by colour alone.
SYMBOLS = {"missing": "✕", "invalid": "✕", "unproven": "?", "expiring": "!", "valid": "✓",
           "no_transfer": "✓"}  # fmt: skip
# Stands in a kept row for the query of the page that shows it; no text can hold it by chance.
THE_QUERY = f"query-{secrets.token_hex(16)}"
NOT_COMPARED = frozenset({"id", "version", "valid_from", "valid_to", "parent_id"})


def rows(register: Register, here: str) -> Markup:
    """The rows of the list. Each is made once for all pages that show it."""
    row, t, day = get_template_attribute("_row.html", "row"), register.words, register.day
    name, names, place = register.processor["legal_name"], register.names, shared_places()
    made = []
    for entry in register.entries:
        parent = names.get(entry.get("parent_id") or "", "")
        key = ("row", t.language, here, name, parent, ended(entry, day))
        make = partial(row, entry, t, here, parent, THE_QUERY, day, name, place)
        made.append(entry.once(key, make))
    asked = query(register.ask, country=None, category=None, q=None)
    text = "".join(made).replace(THE_QUERY, str(escape(asked)))
    return Markup(text)  # noqa: S704  Rows come out of templates, which escape.


def shared_places() -> Callable[[Json, Words, date, bool], Markup]:
    """Renders places for one page; entries that share a place share what was rendered."""
    render = get_template_attribute("_parts.html", "place")
    by_identity, by_content = dict[int, Markup](), dict[str, Markup]()

    def place(one: Json, t: Words, day: date, full: bool) -> Markup:
        # The entries of the page keep their places alive while it is made.
        if id(one) not in by_identity:
            seen = json.dumps(one if full else without_evidence(one))
            if seen not in by_content:
                by_content[seen] = render(one, t, day, full)
            by_identity[id(one)] = by_content[seen]
        return by_identity[id(one)]

    return place


def without_evidence(place: Json) -> Json:
    """What a place says in a list: many companies differ in their evidence alone."""
    mechanisms = [{**each, "evidence": None} for each in place.get("mechanisms") or []]
    return {**place, "mechanisms": mechanisms}


def ended(entry: Entry, day: date) -> tuple[bool, ...]:
    """Which of the entry's mechanisms with an end have it behind them: a row says so."""
    ends = entry.once("ends", lambda: ends_of(entry))
    return tuple(end <= day.isoformat() for end in ends)


def ends_of(entry: Entry) -> tuple[str, ...]:
    return tuple(
        str(mechanism["ended_on"])
        for place in entry.get("locations") or []
        for mechanism in place.get("mechanisms") or []
        if mechanism.get("ended_on")
    )


def tally(listing: Listing) -> list[tuple[str, int]]:
    """How many places have which verdict, the worrying first."""
    return listing.once("tally", lambda: tallied(listing))


def tallied(entries: list[Entry]) -> list[tuple[str, int]]:
    found = Counter(
        (place.get("verdict") or {}).get("status")
        for entry in entries
        for place in entry.get("locations") or []
    )
    return [(status, found[status]) for status in VERDICTS if found[status]]


def choices(register: Register) -> dict[str, list[tuple[str, str]]]:
    """The countries and categories to filter by: those of the whole list, by name."""
    t, listing = register.words, register.all_entries
    return listing.once(("choices", t.language), lambda: choices_of(listing, t))


def choices_of(entries: list[Entry], t: Words) -> dict[str, list[tuple[str, str]]]:
    codes = {code for entry in entries for code in countries(entry)}
    categories = {one for entry in entries for one in entry.get("categories") or []}
    return {
        "country": by_name({code: t.country(code) for code in codes}),
        "category": by_name({code: t.named("category", code) for code in categories}),
    }


def by_name(names: Mapping[str, str]) -> list[tuple[str, str]]:
    return sorted(names.items(), key=lambda pair: pair[1].casefold())


def in_days(day: str | None, today: date, t: Words) -> str:
    if not day:
        return ""
    days = (date.fromisoformat(day) - today).days
    if days in (0, 1):
        return t(f"in_days.{days}")
    return t("in_days.later", n=days) if days > 1 else t("in_days.past")


def change_headline(change: Json, t: Words) -> str:
    now, before = change.get("sub_processor") or {}, change.get("previous") or {}
    name = now.get("legal_name") or before.get("legal_name") or t("unknown")
    previous = before.get("legal_name") or t("unknown")
    text = t(f"change.{change['kind']}", name=name, previous=previous)
    return t("change.withdrawn", text=text) if change["status"] == "withdrawn" else text


def change_lines(change: Json, t: Words) -> list[str]:
    """The change as plain text, for feeds and calendars."""
    now = change.get("sub_processor") or change.get("previous") or {}
    day = change.get("effective_on")
    lines = [t(f"effective.{change['status']}", day=t.day(day)) if day else ""]
    lines += [t.told(now.get("purpose")).text]
    lines += [place_text(place, t, day_of(change)) for place in now.get("locations") or []]
    kinds = [t.named("materiality", one) for one in change.get("materiality") or []]
    lines += [f"{t('change.matters')}: {', '.join(kinds)}"] if kinds else []
    reason = t.told(change.get("reason")).text
    lines += [f"{t('change.reason')}: {reason}"] if reason else []
    return [line for line in lines if line]


def day_of(change: Json) -> date:
    return date.fromisoformat(str(change.get("effective_on") or change["announced_at"])[:10])


def place_text(place: Json, t: Words, on: date) -> str:
    names = [t.mechanism(one, on) for one in place.get("mechanisms") or []]
    verdict = (place.get("verdict") or {}).get("status")
    end = [t(f"verdict.{verdict}")] if verdict in VERDICTS else []
    where = f"{place_name(place, t)} ({t.named('kind', place.get('kind') or '')})"
    return " – ".join([f"{where}: {'; '.join(names)}" if names else where, *end])


def place_name(place: Json, t: Words) -> str:
    """The country, or the international organisation that is a recipient of its own."""
    return str(place.get("organisation") or t.country(place.get("country")))


def compared(before: Json | None, after: Json | None) -> list[Json]:
    """The members in which two versions of an entry differ."""
    before, after = before or {}, after or {}
    return [
        {"field": name, "before": before.get(name), "after": after.get(name)}
        for name in public_members.SUB_PROCESSOR
        if name not in NOT_COMPARED and before.get(name) != after.get(name)
    ]


def value_lines(field: str, value: Value, t: Words, on: date) -> list[str]:
    """One member of an entry as lines of text; an empty list when it says nothing."""
    if value is None or value in ("", [], {}):
        return []
    if isinstance(value, bool):
        return [t("yes") if value else t("no")]
    if field == "locations":
        return [place_text(place, t, on) for place in value]
    one = single_line(field, value, t)
    if one is not None:
        return [one] if one else []
    return [named_value(field, one, t) for one in (value if isinstance(value, list) else [value])]


def single_line(field: str, value: Value, t: Words) -> str | None:
    """The members told in one line of their own kind; None for any other."""
    if field == "country":
        return t.country(value)
    if field == "address":
        return address_text(value, t)
    if field == "reviewed_on":
        return t.day(value)
    if field == "flow_down":
        return t.day(value["signed_on"]) if value.get("signed_on") else ""
    return t.told(value).text if isinstance(value, dict) else None


def named_value(field: str, value: object, t: Words) -> str:
    kind = {"categories": "category", "ai_use": "ai_use"}.get(field)
    return t.named(kind, str(value)) if kind else str(value)


def address_text(address: Json | None, t: Words) -> str:
    told = address or {}
    city = " ".join(str(told[name]) for name in ("postal_code", "city") if told.get(name))
    parts = [told.get("street"), city, t.country(told["country"]) if told.get("country") else ""]
    return ", ".join(str(part) for part in parts if part)


def evidence_lines(evidence: Json | None, t: Words) -> list[str]:
    """What is on record for a mechanism, in the order a reader checks it."""
    told = evidence or {}
    lines = []
    for name in public_members.EVIDENCE:
        value = told.get(name)
        if value not in (None, "", []):
            lines.append(f"{t(f'evidence.{name}')}: {evidence_value(name, value, t)}")
    return lines


def evidence_value(name: str, value: object, t: Words) -> str:
    if name.endswith("_on"):
        return t.day(str(value))
    if isinstance(value, list):
        return ", ".join(t.named("covered", str(one)) for one in value)
    return str(value)


def query(ask: Ask, **other: object) -> str:
    """The query of this page with some members exchanged; None takes a member away."""
    told = {"lang": ask.language, "as_of": ask.as_of, "country": ask.country,
            "category": ask.category, "q": ask.q, "from": ask.from_, "to": ask.to}  # fmt: skip
    kept = {name: str(value) for name, value in {**told, **other}.items() if value}
    return f"?{urlencode(kept)}" if kept else ""
