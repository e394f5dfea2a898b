"""Members of an entry, and its places, as lines in the visitor's language."""

from __future__ import annotations

from datetime import date
from typing import Any

from services.public import public_members
from services.public.catalogue import Words
from services.public.marks import NOT_STATED
from services.public.verdict_text import VERDICTS, laws, verdict_word

Json = dict[str, Any]
Value = Any  # Any JSON value.
# Members whose values have words of their own.
KINDS_OF_WORDS = {"categories": "category"} | {
    name: name for name in ("ai_use", "hr_data", "relation", "stage")
}
DAYS = ("valid_from", "valid_to", "listed_since", "listed_until")
NOT_COMPARED = frozenset({"id", "version", "parent_id", "next_change", "stated_on", *DAYS})


def place_text(place: Json, t: Words, on: date) -> str:
    """Return a place, its mechanisms and its verdict as one line of plain text."""
    names = [t.mechanism(mechanism, on) for mechanism in place.get("mechanisms") or []]
    verdict = (place.get("verdict") or {}).get("status")
    end = [verdict_word(place["verdict"], t)] if verdict in VERDICTS else []
    by_law = laws(place.get("verdict") or {}, t)
    if by_law:
        end = ["; ".join(t.labelled(one["law"], one["verdict"]) for one in by_law)]
    where = f"{place_name(place, t)} ({t.named('kind', place.get('kind') or '')})"
    return " – ".join([t.labelled(where, "; ".join(names)) if names else where, *end])


def place_name(place: Json, t: Words) -> str:
    """Return the country, or the international organisation that receives the data instead."""
    return str(place.get("organisation") or t.country(place.get("country")))


def compared(before: Json | None, after: Json | None) -> list[Json]:
    """Return the members in which two versions of an entry differ."""
    before, after = before or {}, after or {}
    return [
        {"field": name, "before": before.get(name), "after": after.get(name)}
        for name in public_members.SUB_PROCESSOR
        if name not in NOT_COMPARED and before.get(name) != after.get(name)
    ]


def value_lines(field: str, value: Value, t: Words, on: date) -> list[str]:
    """Return a member of an entry as lines of text; an empty member has no lines."""
    if value is None or value in ("", [], {}):
        return []
    if isinstance(value, bool):
        return [t("yes") if value else t("no")]
    if value == NOT_STATED:
        return [t("not_stated")]
    if field in ("locations", "retention_periods"):
        return [item_text(field, item, t, on) for item in value]
    line = single_line(field, value, t)
    if line is not None:
        return [line] if line else []
    values = value if isinstance(value, list) else [value]
    return [named_value(field, item, t) for item in values]


def item_text(field: str, item: Json, t: Words, on: date) -> str:
    return place_text(item, t, on) if field == "locations" else period_text(item, t)


def single_line(field: str, value: Value, t: Words) -> str | None:
    """Return the text of a member with its own format; None for all other members."""
    if field == "country":
        return t.country(value)
    if field == "address":
        return address_text(value, t)
    if field in ("reviewed_on", "used_since", "seen_on"):
        return t.day(value)
    if field == "flow_down":
        return t.day(value["signed_on"]) if value.get("signed_on") else ""
    return t.marked(t.local_text(value)) if isinstance(value, dict) else None


def named_value(field: str, value: object, t: Words) -> str:
    kind = KINDS_OF_WORDS.get(field)
    return t.named(kind, str(value)) if kind else str(value)


def period_text(period: Json, t: Words) -> str:
    """Return how long one kind of data is kept: "call recordings: 3 months"."""
    length, rule = period.get("length"), t.marked(t.local_text(period.get("rule")))
    spans = [t.count(f"retention.{length['unit']}", length["value"])] if length else []
    kept = ", ".join([*spans, *([rule] if rule else [])])
    return t.labelled(t.marked(t.local_text(period["what"])), kept)


def address_text(address: Json | None, t: Words) -> str:
    address = address or {}
    city = " ".join(str(address[name]) for name in ("postal_code", "city") if address.get(name))
    country = t.country(address["country"]) if address.get("country") else ""
    parts = [address.get("street"), city, country]
    return ", ".join(str(part) for part in parts if part)
