"""What an entry says of itself beside its places, in a few words each, as list and PDF show it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from services.public.catalogue import Words

Entry = Mapping[str, Any]

NOT_STATED = "not_stated"
# Facts that are unknown until the vendor states them; unknown is not "no".
FACTS = ("ai_use", "special_categories", "required", "affiliate")


def marks(entry: Entry, t: Words) -> list[str]:
    """What is worth a word because most entries do not say it, and what nobody has stated."""
    return [*_unusual(entry, t), *_unstated(entry, t)]


def _unusual(entry: Entry, t: Words) -> Iterator[str]:
    if entry.get("stage") not in (None, "active"):
        yield t.named("stage", entry["stage"])
    if entry.get("special_categories") is True:
        yield t("entry.special")
    if entry.get("ai_use") not in (None, "none", NOT_STATED):
        yield t("entry.ai")
    if entry.get("hr_data") == "yes":
        yield t("entry.hr")
    if entry.get("relation") not in (None, "processor_processor"):
        yield t.named("relation", entry["relation"])
    if entry.get("affiliate") is True:
        yield t("entry.affiliate")
    if entry.get("required") is False:
        yield t("entry.optional")


def _unstated(entry: Entry, t: Words) -> Iterator[str]:
    named = [t(f"fact.{name}") for name in FACTS if entry.get(name) == NOT_STATED]
    if named:
        yield t("entry.not_stated", facts=", ".join(named))


def stated_on(entry: Entry, name: str, t: Words) -> str:
    """The day on which the vendor stated a member, in words; nothing where no day is known."""
    day = (entry.get("stated_on") or {}).get(name)
    return t("entry.stated_on", day=t.day(day)) if day else ""
