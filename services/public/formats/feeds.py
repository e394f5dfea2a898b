"""Feeds of the changes: Atom (RFC 4287), JSON Feed 1.1 and a calendar (RFC 5545)."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from feedgenerator import Atom1Feed
from markupsafe import escape

from services.public.change_text import change_headline, change_lines
from services.public.register import Register
from shared import calendars
from shared.calendars import escaped
from shared.safe_text import readable
from shared.times import parse_instant

Json = dict[str, Any]

JSON_FEED = "https://jsonfeed.org/version/1.1"
FIRST = datetime(2018, 5, 25, tzinfo=UTC)  # The day the GDPR began to apply: an empty feed's date.


def atom(register: Register) -> str:
    t = register.words
    feed = Atom1Feed(
        title=t("feed.title", name=register.processor["legal_name"]),
        link=f"{register.url}/changes",
        feed_url=f"{register.url}/changes.atom",
        description=t("feed.subtitle"),
        language=register.language,
        author_name=readable(register.processor["legal_name"]),
    )
    # Without this the generator would stamp an empty feed with the present second.
    feed.latest_post_date = lambda: latest(register)
    for change in register.changes:
        feed.add_item(
            title=readable(change_headline(change, t)),
            link=link(register, change),
            description=as_html(change_lines(change, t)),
            unique_id=f"urn:art28:change:{change['id']}",
            pubdate=announced(change),
            updateddate=updated(change),
            categories=[str(one) for one in change.get("materiality") or []],
        )
    return str(feed.writeString("utf-8"))


def json_feed(register: Register) -> Json:
    t = register.words
    return {
        "version": JSON_FEED,
        "title": t("feed.title", name=register.processor["legal_name"]),
        "description": t("feed.subtitle"),
        "home_page_url": f"{register.url}/changes",
        "feed_url": f"{register.url}/changes.json",
        "language": register.language,
        "authors": [{"name": register.processor["legal_name"], "url": register.url}],
        "items": [feed_item(register, change) for change in register.changes],
    }


def feed_item(register: Register, change: Json) -> Json:
    t = register.words
    return {
        "id": change["id"],
        "url": link(register, change),
        "title": change_headline(change, t),
        "content_text": "\n".join(change_lines(change, t)),
        "date_published": rfc3339(announced(change)),
        "date_modified": rfc3339(updated(change)),
        "tags": [str(one) for one in change.get("materiality") or []],
        "_art28": change,
    }


def calendar(register: Register) -> str:
    """The effective days as all-day events; an objection deadline is each customer's own."""
    dated = (change for change in register.changes if change.get("effective_on"))
    lines = (line for change in dated for line in event(register, change))
    name = register.words("feed.calendar", name=register.processor["legal_name"])
    return calendars.calendar(name, lines)


def event(register: Register, change: Json) -> list[str]:
    t = register.words
    day = date.fromisoformat(change["effective_on"])
    withdrawn, at = change["status"] == "withdrawn", f"{updated(change):%Y%m%dT%H%M%SZ}"
    text = "\n".join([*change_lines(change, t), t("feed.own_deadline")])
    return [
        "BEGIN:VEVENT",
        f"UID:{change['id']}@{register.origin.split('//')[-1].split(':')[0]}",
        f"DTSTAMP:{at}",
        f"CREATED:{announced(change):%Y%m%dT%H%M%SZ}",
        f"LAST-MODIFIED:{at}",
        *calendars.whole_day(day),
        f"SUMMARY;LANGUAGE={register.language}:{escaped(change_headline(change, t))}",
        f"DESCRIPTION;LANGUAGE={register.language}:{escaped(text)}",
        f"URL:{link(register, change)}",
        f"SEQUENCE:{len(steps(change)) - 1}",
        f"STATUS:{'CANCELLED' if withdrawn else 'CONFIRMED'}",
        "TRANSP:TRANSPARENT",
        "END:VEVENT",
    ]


def as_html(lines: list[str]) -> str:
    """Lines as HTML, escaped: the generator declares a summary as HTML, and readers render it."""
    return "<br>".join(str(escape(readable(line))) for line in lines)


def link(register: Register, change: Json) -> str:
    return f"{register.url}/changes/{change['id']}"


def steps(change: Json) -> list[datetime]:
    """Return when a change was announced and, once it is over, when it was withdrawn or took
    effect: whatever alters what is shown of it."""
    return [
        parse_instant(change[name]) for name in ("announced_at", "ended_at") if change.get(name)
    ]


def announced(change: Json) -> datetime:
    return steps(change)[0]


def updated(change: Json) -> datetime:
    return steps(change)[-1]


def latest(register: Register) -> datetime:
    return max((updated(change) for change in register.changes), default=FIRST)


def rfc3339(at: datetime) -> str:
    return at.isoformat().replace("+00:00", "Z")
