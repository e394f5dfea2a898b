"""Calendars (RFC 5545): lines as every program reads them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

from shared.safe_text import readable


def calendar(name: str, events: Iterable[str]) -> str:
    """The file. ``name``: what programs show; ``events``: the lines of all events."""
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Art28//Sub-processor changes//EN",
        "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH",
        f"X-WR-CALNAME:{escaped(name)}",
        *events,
        "END:VCALENDAR",
    ]
    return "".join(f"{folded(line)}\r\n" for line in lines)


def whole_day(day: date) -> list[str]:
    """The lines that say when an event of one day is: that day wherever its reader is."""
    return [
        f"DTSTART;VALUE=DATE:{day:%Y%m%d}",
        f"DTEND;VALUE=DATE:{day + timedelta(days=1):%Y%m%d}",
    ]


def escaped(text: str) -> str:
    """TEXT of RFC 5545, section 3.3.11; control characters are not allowed at all."""
    text = text.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")
    return readable(text).replace("\n", "\\n")


def folded(line: str) -> str:
    """No line longer than 75 octets (RFC 5545, section 3.1), never cut inside a character."""
    parts, part = [], ""
    for letter in line:
        if len((part + letter).encode()) > 74:
            parts.append(part)
            part = ""
        part += letter
    return "\r\n ".join([*parts, part])
