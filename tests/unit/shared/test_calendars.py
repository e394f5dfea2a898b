"""Lines of calendars: as RFC 5545 has them, whatever the text."""

from __future__ import annotations

from datetime import date

from icalendar import Calendar

from shared.calendars import calendar, escaped, folded, whole_day


def test_no_line_is_longer_than_75_octets_and_no_character_is_cut() -> None:
    line = "SUMMARY:" + "Ærø – 株式会社, " * 30
    parts = folded(line).split("\r\n")
    assert max(len(part.encode()) for part in parts) <= 75
    assert "".join(part[1:] if n else part for n, part in enumerate(parts)) == line


def test_a_line_of_74_octets_stays_whole_and_a_longer_one_is_folded() -> None:
    assert folded("x" * 74) == "x" * 74
    assert folded("x" * 75) == "x" * 74 + "\r\n x"


def test_marks_of_the_format_are_escaped() -> None:
    assert escaped("a;b,c\\d\ne") == "a\\;b\\,c\\\\d\\ne"


def test_an_event_of_one_day_ends_where_the_next_begins() -> None:
    assert whole_day(date(2026, 12, 31)) == [
        "DTSTART;VALUE=DATE:20261231",
        "DTEND;VALUE=DATE:20270101",
    ]


def test_the_file_is_read_by_a_library() -> None:
    event = ["BEGIN:VEVENT", "UID:1@a", "DTSTAMP:20261123T093000Z", *whole_day(date(2026, 12, 7)),
             "END:VEVENT"]  # fmt: skip
    read = Calendar.from_ical(calendar("Ours and yours", event))
    assert read["X-WR-CALNAME"] == "Ours and yours"
    assert [each["UID"] for each in read.walk("VEVENT")] == ["1@a"]
