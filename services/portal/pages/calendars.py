"""One last day to object as an event of a calendar (RFC 5545), in the reader's language."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any
from urllib.parse import urlsplit

from services.portal.pages.words import Words
from shared.calendars import escaped, whole_day
from shared.times import parse_instant


def event(change: Mapping[str, Any], t: Words, origin: str) -> list[str]:
    """The lines of the event: the day is the customer's own, in the zone of its agreement."""
    told = parse_instant(change["given_at"] or change["announced_at"])
    title = t("calendar.title", vendor=change["processor"]["legal_name"], name=_name(change))
    page = f"{origin}/p/{change['processor']['slug']}/changes/{change['id']}"
    return [
        "BEGIN:VEVENT",
        f"UID:{change['id']}.{change['agreement_id']}@{urlsplit(origin).hostname}",
        f"DTSTAMP:{told:%Y%m%dT%H%M%SZ}",
        *whole_day(date.fromisoformat(change["objection_deadline"])),
        f"SUMMARY;LANGUAGE={t.language}:{escaped(title)}",
        f"DESCRIPTION;LANGUAGE={t.language}:{escaped(chr(10).join(_lines(change, t)))}",
        f"URL:{page}",
        f"STATUS:{'TENTATIVE' if change['provisional'] else 'CONFIRMED'}",
        "TRANSP:TRANSPARENT",
        "END:VEVENT",
    ]


def _name(change: Mapping[str, Any]) -> str:
    return str((change["sub_processor"] or change["previous"])["legal_name"])


def _lines(change: Mapping[str, Any], t: Words) -> Iterator[str]:
    if change["silence"]:
        yield t("calendar.silence", silence=t(f"silence.{change['silence']}"))
    if change["effective_on"]:
        yield t("calendar.effective", day=t.day(change["effective_on"]))
    if change["provisional"]:
        yield t("calendar.provisional")
