"""Before and after of each member in which a changed entry differs from the one before it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from services.notices.letters.members import MEMBERS, worded
from services.notices.letters.shape import Difference
from services.notices.letters.transfers import allowed_by, where
from services.notices.letters.words import Words

Entry = Mapping[str, Any]
# Of another company all of this is another, too; its name and seat stand in the facts.
_OF_THE_SAME_COMPANY = ("legal_name", "country", "address", "registration_number", "website")


def differences(t: Words, change: Entry) -> tuple[Difference, ...]:
    """Empty for an addition and a removal, and where the message had no room for what was before.

    What reads the same is no difference: a text that gained another language, for example.
    """
    before, after = change.get("previous") or {}, change.get("sub_processor") or {}
    if not is_whole(change) or change.get("kind") not in ("modify", "replace"):
        return ()
    left_out = _OF_THE_SAME_COMPANY if change["kind"] == "replace" else ()
    return (
        *_places(t, before, after),
        *_members(t, before, after, left_out),
    )


def is_whole(change: Entry) -> bool:
    """Whether the message has both entries with their places."""
    return all("locations" in (change.get(name) or {}) for name in ("previous", "sub_processor"))


def _members(
    t: Words, before: Entry, after: Entry, left_out: Sequence[str]
) -> tuple[Difference, ...]:
    said = (
        (name, worded(t, name, before.get(name)), worded(t, name, after.get(name)))
        for name in MEMBERS
        if name not in left_out
    )
    nothing = ("", t("value.not_stated"))
    return tuple(
        Difference(t(f"member.{name}"), old or t("value.nothing"), new or t("value.nothing"))
        for name, old, new in said
        if old != new and not (old in nothing and new in nothing)
    )


def _places(t: Words, before: Entry, after: Entry) -> tuple[Difference, ...]:
    old, new = places_of(t, before), places_of(t, after)
    none = t("value.no_place")
    return tuple(
        Difference(name, old.get(name, none), new.get(name, none))
        for name in dict.fromkeys((*new, *old))
        if old.get(name) != new.get(name)
    )


def places_of(t: Words, entry: Entry) -> dict[str, str]:
    """The places of an entry by name and use, each with what allows the transfer to it."""
    said: dict[str, list[str]] = {}
    for place in entry.get("locations") or ():
        use = t.named("kind", place.get("kind") or "")
        name = f"{where(t, place)}, {use}" if use else where(t, place)
        said.setdefault(name, []).append(allowed_by(t, place))
    return {name: "; ".join(dict.fromkeys(texts)) for name, texts in said.items()}
