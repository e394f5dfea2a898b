"""Text that was copied: another company's name or link is left in an entry."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from urllib.parse import urlsplit

from services.registry.findings.finding import Entry, Listed, ListFinding, found, texts_of
from services.registry.findings.words import legal_forms

_LINK = re.compile(r"https?://[^\s<>\"')\]]+", re.IGNORECASE)
# Names under which others register theirs: the company is one label further to the left.
_SHARED = frozenset({"co", "com", "org", "net", "ac", "gov"})
_LABELS, _SHORT = 2, 5


def copied_findings(entry: Entry, listed: Listed) -> Iterator[ListFinding]:
    """Names and links in an entry that belong to another company."""
    own = site_of(entry.get("website"))
    for other in listed.index(site_key).get(own, ()) if own else ():
        if listed.is_apart(entry, other) and not _of_one_group(entry, other):
            name = str(other["legal_name"])
            yield found("copied-link", "/website", name=name, link=str(entry["website"]))
    for pointer, text in texts_of(entry):
        yield from _links(entry, text, pointer, listed)
        yield from _names(entry, text, pointer, listed)


def site_key(entry: Entry) -> str | None:
    return site_of(entry.get("website"))


def brand_key(entry: Entry) -> str | None:
    return brand_of(str(entry["legal_name"])) or None


def _links(entry: Entry, text: str, pointer: str, listed: Listed) -> Iterator[ListFinding]:
    at_home = {site_of(entry.get("website")), site_of(listed.vendor.website)}
    for match in _LINK.finditer(text):
        link = match[0].rstrip(".,;")
        if entry.get("website") and site_of(link) not in at_home:
            yield found("foreign-link", pointer, link=link)


def _names(entry: Entry, text: str, pointer: str, listed: Listed) -> Iterator[ListFinding]:
    own = brand_of(str(entry["legal_name"]))
    if own and own in text and _spelled(own).search(text):
        return
    for brand, others in listed.index(brand_key).items():
        if brand in text and names_brand(text, brand):
            for other in others:
                if listed.is_apart(entry, other) and not _of_one_group(entry, other):
                    yield found("copied-name", pointer, name=str(other["legal_name"]))


@lru_cache(maxsize=4_096)
def _word(legal_name: str) -> str:
    return brand_of(legal_name).split(" ")[0]


def _of_one_group(entry: Entry, other: Entry) -> bool:
    return _word(str(entry["legal_name"])) == _word(str(other["legal_name"]))


def names_brand(text: str, brand: str) -> bool:
    """Whether a text names a brand. One word alone must be long, spelled as the company spells it,
    and not begin the text, where any word has a capital."""
    match = _spelled(brand).search(text)
    if match is None:
        return False
    return " " in brand or (len(brand) >= _SHORT and match.start() > 0 and brand != brand.lower())


@lru_cache(maxsize=4_096)
def brand_of(legal_name: str) -> str:
    """A company's name without what stands in brackets and without its legal form."""
    bare = re.sub(r"\([^()]*\)", " ", legal_name)
    bare = re.sub(rf"[,\s]+(?:{legal_forms()})(?!\w).*", "", bare.strip())
    return " ".join(bare.split())


@lru_cache(maxsize=4_096)
def _spelled(brand: str) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w){re.escape(brand)}(?!\w)")


def site_of(link: object) -> str | None:
    """The name under which the site of a link is registered; None for no link."""
    try:
        host = urlsplit(str(link or "")).hostname
    except ValueError:
        return None
    if not host:
        return None
    labels = host.removeprefix("www.").split(".")
    kept = _LABELS + (len(labels) > _LABELS and labels[-_LABELS] in _SHARED)
    return ".".join(labels[-kept:])
