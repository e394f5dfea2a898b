"""A change in a few words, for headings and subjects."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from services.notices.letters.transfers import place_named
from services.notices.letters.words import Words
from shared.safe_text import isolated

Change = Mapping[str, Any]
# What stands in the headline in its own words.
_SAID = ("new_country", "new_place", "ai_use", "rename")
MOST = 3
# Additions that the vendor does not engage, by the word of their materiality.
_NOT_ENGAGED = {"planned": "change.plan", "chosen_by_customer": "change.choice"}


def headline_of(t: Words, data: Change, *, is_done: bool = False) -> str:
    """Such as "New sub-processor: Mail Inc., Israel" or "Mail Inc.: new place United States"; of
    several changes their number. ``is_done``: whether it is in effect."""
    if "change_id" not in data and data.get("changes"):
        if len(data["changes"]) > 1:
            return t("change.several", count=len(data["changes"]))
        [data] = data["changes"]  # Of several, one concerns the customer.
    entry, before = data.get("sub_processor") or {}, data.get("previous") or {}
    values = {
        "name": entry.get("legal_name") or before.get("legal_name") or "–",
        "previous": before.get("legal_name") or "–",
        "matters": ", ".join(matters(t, data)[:MOST]),
        "company": company(t, entry or before),
    }
    return t(_key(data, values, is_done=is_done), **values)


def company(t: Words, entry: Change) -> str:
    """A sub-processor with the country of its seat, which tells two of one name apart. A name that
    is written from right to left does not draw the country to its other side."""
    name = str(entry.get("legal_name") or "–").strip()
    return f"{isolated(name)}, {t.country(entry['country'])}" if entry.get("country") else name


def is_rename(data: Change) -> bool:
    """Whether nothing but the name differs."""
    return list(data.get("materiality") or ()) == ["rename"] and bool(data.get("previous"))


def _key(data: Change, values: Mapping[str, str], *, is_done: bool) -> str:
    kind = data.get("kind")
    words = data.get("materiality") or ()
    if kind == "add" or (kind == "replace" and not data.get("previous")):
        return next((_NOT_ENGAGED[word] for word in words if word in _NOT_ENGAGED), "change.add")
    if kind == "modify" and "begins_use" in words:
        return "change.begin"
    if kind == "replace":
        return "change.replace"
    if kind == "remove":
        return "change.removed" if is_done else "change.remove"
    if is_rename(data):
        return "change.rename"
    return "change.modify" if values["matters"] else "change.modify_bare"


def matters(t: Words, change: Change) -> list[str]:
    """What is new in an entry that stays, in the words of a headline."""
    if change.get("kind") in ("add", "remove", "replace"):
        return []
    codes = list(change.get("materiality") or ())
    entry = change.get("sub_processor") or {}
    places = _new_places(t, change) if {"new_country", "new_place"} & set(codes) else []
    named = [t("matter.place", place=place) for place in places]
    if not named:
        named = [t(f"matter.{code}") for code in ("new_country", "new_place") if code in codes]
    use = t.listed("matter.ai_use", str(entry.get("ai_use"))) if "ai_use" in codes else ""
    return [
        *named,
        *([use or t("matter.ai_use")] if "ai_use" in codes else []),
        *(t.named("matter", code) for code in codes if code not in _SAID),
    ]


def _new_places(t: Words, change: Change) -> list[str]:
    """The countries of the entry that were not there before, places first, then the seat."""
    before = _countries(t, change.get("previous") or {})
    after = _countries(t, change.get("sub_processor") or {})
    return [name for name in after if name not in before] if before else []


def _countries(t: Words, entry: Change) -> list[str]:
    places = [place_named(t, place) for place in entry.get("locations") or ()]
    seat = [t.country(entry["country"])] if entry.get("country") else []
    return list(dict.fromkeys((*places, *seat)))
