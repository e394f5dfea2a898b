"""The meaning of one piece of a text about places: a country, a region, a city, or words."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache

from services.registry.importing import words

_CODE = re.compile(r"[A-Z]{2}")
_WORD = re.compile(r"[^\W_]+(?:['’.][^\W_]+)*\.?")
MOST_WORDS = 6
# Texts whose sense is kept: the rows of a list say the same again and again.
KEPT = 4_096
# A region that is named beside the country it holds: "EU Germany", "Ireland - EU".
_JOINT = re.compile(r"[\s:–-]+")


@dataclass(frozen=True, slots=True)
class Meaning:
    """``certain`` country, or ``candidates`` for a choice."""

    kind: str
    certain: str | None = None
    candidates: tuple[str, ...] = ()


@dataclass(slots=True)
class Sense:
    """What a piece names (text and meaning), and its words that name no place.

    ``remote``: it speaks of access from there; ``people``: of customers there, so of no place of
    processing.
    """

    named: list[tuple[str, Meaning]] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)
    fillers: list[str] = field(default_factory=list)
    remote: bool = False
    people: bool = False
    # Where the first place begins.
    at: int = 0


@lru_cache(KEPT)
def sense_of(text: str) -> Sense:
    """Read ``text`` as one name, else look for names in it. The answer is kept: do not alter it."""
    whole = meaning(text)
    sense = Sense([(text, whole)]) if whole else _scan(text)
    return Sense([(text, Meaning("unknown"))]) if _contradicts(sense) else sense


def _contradicts(sense: Sense) -> bool:
    """ "EU Norway": a region, and a country that does not lie in it."""
    named = {each.certain for _, each in sense.named if each.certain}
    regions = [each.candidates for _, each in sense.named if each.kind == "region"]
    return bool(named) and any(region and not named <= set(region) for region in regions)


def meaning(text: str) -> Meaning | None:
    """The one meaning of the whole ``text``."""
    name = words.plain(text)
    if not name:
        return None
    return _plainly(text, name) or _region_and_country(text) or _cloud_region(text)


@lru_cache(KEPT)
def is_name(text: str) -> bool:
    """Whether ``text`` is one name, or no place at all, whatever separators it holds."""
    if words.says_nothing(text):
        return True
    return country(text) is not None or words.plain(text) in words.regions_by_name()


def _plainly(text: str, name: str) -> Meaning | None:
    if name in words.data()["ambiguous"]:
        return Meaning("ambiguous", candidates=tuple(words.data()["ambiguous"][name]))
    found = country(text)
    if found:
        return Meaning("country", found)
    region = _region(name)
    if region is not None:
        return Meaning("region", candidates=region)
    if _CODE.fullmatch(text) and text in words.state_codes():
        return Meaning("ambiguous", candidates=state_candidates(text))
    for known in (words.data()["cities"], words.subdivisions_by_name()):
        if name in known:
            return Meaning("city", candidates=tuple(known[name]))
    return None


def state_candidates(code: str) -> tuple[str, ...]:
    """The US, and the country of that code if there is one."""
    return ("US", code) if code in words.codes() else ("US",)


def _region(name: str) -> tuple[str, ...] | None:
    known = words.regions_by_name()
    return known.get(name, known.get(name.removeprefix("the ")))


@lru_cache(KEPT)
def country(text: str) -> str | None:
    """The country that ``text`` names; codes of two letters only in capitals."""
    stripped = text.strip(" .")
    if _CODE.fullmatch(stripped) and stripped in words.codes() - words.state_codes():
        return stripped
    if stripped in words.three_letter_codes():
        return words.three_letter_codes()[stripped]
    name = words.plain(text)
    found = words.countries_by_name().get(name)
    return found or words.countries_by_name().get(name.removeprefix("the "))


def _region_and_country(text: str) -> Meaning | None:
    """ "EU Germany" or "Ireland - EU": the country counts, if it lies in that region."""
    parts = _JOINT.split(text.strip(), maxsplit=6)
    for cut in range(1, len(parts)):
        left, right = " ".join(parts[:cut]), " ".join(parts[cut:])
        for region, rest in ((left, right), (right, left)):
            named = country(rest)
            if named and named in (_region(words.plain(region)) or ()):
                return Meaning("country", named)
    return None


def _cloud_region(text: str) -> Meaning | None:
    """A provider's region, with nothing but words such as AWS beside it."""
    match = words.cloud_pattern().search(text.casefold())
    if match is None:
        return None
    beside = f"{text[: match.start()]} {text[match.end() :]}"
    others = [word for word in words.plain(beside).split() if word not in words.place_words()]
    return None if others else _cloud(match[0])


def _cloud(name: str) -> Meaning:
    return Meaning("cloud", candidates=(words.data()["cloud_regions"][name],))


def _scan(text: str) -> Sense:
    sense = Sense(at=len(text))
    for start, found, named in _names(text):
        if named is not None:
            sense.named.append((found, named))
            sense.at = min(sense.at, start)
        elif words.plain(found) in words.place_words() or not words.plain(found):
            sense.fillers.append(found)
        elif words.plain(found) in words.data()["people_words"]:
            sense.people = True
        elif words.plain(found) not in words.data()["remote_words"]:
            sense.unknown.append(found)
    plain = f" {words.plain(text)} "
    sense.remote = any(f" {word} " in plain for word in words.data()["remote_words"])
    return sense


def _names(text: str) -> Iterator[tuple[int, str, Meaning | None]]:
    """Each name of a place, the longest first, and each word beside them."""
    clouds = {match.start(): match for match in words.cloud_pattern().finditer(text.casefold())}
    found, at = list(_WORD.finditer(text)), 0
    while at < len(found):
        start = found[at].start()
        if start in clouds:
            end = clouds[start].end()
            yield start, text[start:end], _cloud(clouds[start][0])
            at += sum(start <= word.start() < end for word in found[at:])
            continue
        size, named = _longest(text, found[at : at + MOST_WORDS])
        yield start, text[start : found[at + size - 1].end()], named
        at += size


def _longest(text: str, found: list[re.Match[str]]) -> tuple[int, Meaning | None]:
    for size in range(len(found), 0, -1):
        named = _inside(text[found[0].start() : found[size - 1].end()])
        if named:
            return size, named
    return 1, None


def _inside(text: str) -> Meaning | None:
    """A name inside a longer text: no codes but those in capitals that are no words."""
    name = words.plain(text)
    if len(name) <= words.SHORT and name.isascii() and text != text.upper():
        return None
    if name in words.data()["ambiguous"]:
        return Meaning("ambiguous", candidates=tuple(words.data()["ambiguous"][name]))
    if name in words.countries_by_name():
        return Meaning("country", words.countries_by_name()[name])
    if name in words.regions_by_name():
        return Meaning("region", candidates=words.regions_by_name()[name])
    candidates = words.scanned().get(name)
    return Meaning("city", candidates=candidates) if candidates else None
