"""What crawlers and those who find a weakness look for: robots, sitemap, security contact."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from services.public.catalogue import LANGUAGES

Json = dict[str, Any]

TEXT, XML = "text/plain; charset=utf-8", "application/xml; charset=utf-8"
PAGES = ("", "/changes", "/versions")
# A contact that nobody looks after is none: RFC 9116 asks for less than a year.
CONTACT_COUNTS = timedelta(days=180)


def robots(origin: str) -> str:
    """Return what a crawler may read: all of it, but not each day and search of a list."""
    return (
        "User-agent: *\n"
        "Disallow: /*?*as_of=\n"
        "Disallow: /*?*q=\n"
        "Disallow: /p/*/ledger.jsonl\n"
        f"Sitemap: {origin}/sitemap.xml\n"
    )


def sitemap(registers: list[Json], origin: str) -> str:
    """Return the pages of the published registers, with the day of each list."""
    urls = "".join(
        line for item in registers for line in _pages(item, f"{origin}/p/{item['slug']}")
    )
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n'
        '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'
        f' xmlns:xhtml="http://www.w3.org/1999/xhtml">\n{urls}</urlset>\n'
    )


def _pages(item: Json, url: str) -> Iterator[str]:
    changed_on = item.get("changed_on")
    since = f"<lastmod>{escape(str(changed_on))}</lastmod>" if changed_on else ""
    offered = (item.get("page") or {}).get("languages") or LANGUAGES
    for page in PAGES:
        tags = [tag for tag in offered if tag in LANGUAGES]
        others = "".join(_other(tag, f"{url}{page}?lang={tag}") for tag in tags)
        yield f"<url><loc>{escape(url + page)}</loc>{since}{others}</url>\n"


def _other(tag: str, url: str) -> str:
    return f'<xhtml:link rel="alternate" hreflang="{tag}" href={quoteattr(url)}/>'


def security(contact: str, origin: str, now: datetime) -> str:
    """Return whom to tell of a weakness (RFC 9116); it counts from the midnight before ``now``."""
    midnight = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    expires = (midnight + CONTACT_COUNTS).isoformat().replace("+00:00", "Z")
    return (
        f"Contact: {contact}\n"
        f"Expires: {expires}\n"
        f"Preferred-Languages: {', '.join(LANGUAGES)}\n"
        f"Canonical: {origin}/.well-known/security.txt\n"
    )
