"""Texts such as "Frankfurt, Dublin" or "USA/EU" as countries, and questions where none is named."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from services.registry.importing import words
from services.registry.importing.asking import Answers, Question
from services.registry.transfers.countries import name_of

_ASIDE = re.compile(r"[(\[]([^()\[\]]*)[)\]]")
_PREFIX = re.compile(r"^([^:,/]{3,40}):\s+(?=\S)")
_SEPARATORS = (
    re.compile(r"\s*[;\n|•]\s*"),
    re.compile(r"\s*[,/]\s*"),
    re.compile(r"\s+(?:and|or|og|eller|och|&|\+|–|-)\s+", re.IGNORECASE),
)
_CODE = re.compile(r"[A-Z]{2}")
_JOINT = re.compile(r"[\s:–-]+")
_LIST = re.compile(r"[,;/|]")


@dataclass(frozen=True, slots=True)
class Meaning:
    """The meaning of one piece of a text: ``certain`` countries, or ``candidates`` for a choice."""

    kind: str
    certain: str | None = None
    candidates: tuple[str, ...] = ()


@dataclass(slots=True)
class Places:
    """Countries in the order named. ``bases`` are asides that name a transfer mechanism."""

    countries: list[str] = field(default_factory=list)
    questions: list[Question] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    bases: list[str] = field(default_factory=list)

    def add(self, *codes: str) -> None:
        self.countries += [code for code in codes if code not in self.countries]


_WHY = {
    "region": "{text} is no country; name the countries, by which the law of transfers goes.",
    "city": "{text} is a city or a part of a country; name the country.",
    "cloud": "{text} is a cloud provider's region; name the country it lies in.",
    "ambiguous": "{text} may mean more than one place; name the country.",
    "unknown": "{text} is no country known here in English, Danish or Swedish; name it.",
}


def read_places(
    text: str, member: str, answers: Answers, is_basis: Callable[[str], bool]
) -> Places:
    """The places ``text`` names. ``is_basis`` tells asides such as "(SCCs)" from places."""
    places = Places()
    outer = _without_prefix(" ".join(text.split()), places)
    asides = [] if _country(outer) else _ASIDE.findall(outer)
    if asides:
        outer = _ASIDE.sub(" ", outer)
    kept = [aside for aside in asides if not _is_remark(aside, places, is_basis)]
    named, beside = _read(outer), [part for aside in kept for part in _read(aside)]
    first, second = _certain(named), _certain(beside)
    for part, others in ((named, second), (beside, first)):
        for piece, meaning in part:
            _take(piece, meaning, places, _Said(member, answers, [*first, *second], others))
    return places


def _read(text: str) -> list[tuple[str, Meaning]]:
    pieces = list(_pieces(text))
    if all(_CODE.fullmatch(piece) and piece in words.codes() for piece in pieces):
        # If the text has only codes, CA and DE are Canada and Germany, not states of the US.
        return [(piece, Meaning("country", piece)) for piece in pieces]
    return [(piece, _meaning(piece) or Meaning("unknown")) for piece in pieces]


def _certain(read: list[tuple[str, Meaning]]) -> list[str]:
    return [meaning.certain for _, meaning in read if meaning.certain]


@dataclass(frozen=True, slots=True)
class _Said:
    """The context of a piece: all countries of the text, and those across the bracket."""

    member: str
    answers: Answers
    certain: list[str]
    across: list[str]


def _take(piece: str, meaning: Meaning, places: Places, said: _Said) -> None:
    if meaning.certain:
        places.add(meaning.certain)
        return
    settled = _settled(meaning, said)
    if settled:
        places.add(*settled)
        places.remarks.append(f"{piece}: taken to be in {', '.join(map(name_of, settled))}.")
        return
    why = _WHY[meaning.kind].format(text=f"“{piece}”")
    question = Question(said.member, piece, f"place-{meaning.kind}", why, meaning.candidates)
    answer = said.answers.to(question)
    if answer is None:
        places.questions.append(question)
    else:
        places.add(*answer)


def _settled(meaning: Meaning, said: _Said) -> list[str]:
    """Countries that the same text names for this piece: "Dublin, Ireland", "EU (Germany)"."""
    if meaning.kind == "region":
        # "EU, Germany" is not among these: it may mean Germany and others.
        inside = set(said.across) <= set(meaning.candidates)
        return list(dict.fromkeys(said.across)) if inside else []
    if meaning.kind in ("unknown", "ambiguous"):
        return []
    named = [code for code in meaning.candidates if code in said.certain]
    return named if len(named) == 1 else []


def _without_prefix(text: str, found: Places) -> str:
    """Drop a prefix that is no place: "customer-selected: …"."""
    match = _PREFIX.match(text)
    if match is None or _country(match[1]):
        return text
    if words.plain(match[1]) in words.regions_by_name() and not _is_choice(match[1]):
        return text
    found.remarks.append(f"“{match[1]}” is not read: every place is taken.")
    return text[match.end() :]


def _is_choice(text: str) -> bool:
    return words.plain(text).startswith("customer")


def _is_remark(aside: str, found: Places, is_basis: Callable[[str], bool]) -> bool:
    if is_basis(aside):
        found.bases.append(aside)
        return True
    if all(_meaning(piece) for piece in _pieces(aside)):
        return False
    found.remarks.append(f"“({aside})” is not read.")
    return True


def _pieces(text: str) -> Iterator[str]:
    """The single places of a text, none of which is a name with a separator in it."""
    text = text.strip(" .,;:*")
    if not text or words.says_nothing(text):
        return
    if _meaning(text) is None:
        for separator in _SEPARATORS:
            parts = separator.split(text)
            if len(parts) > 1:
                for part in parts:
                    yield from _pieces(part)
                return
    yield text


def _meaning(piece: str) -> Meaning | None:
    name = words.plain(piece)
    if not name:
        return None
    return _plainly(piece, name) or _region_and_country(piece) or _cloud_region(piece)


def _plainly(piece: str, name: str) -> Meaning | None:
    if name in words.data()["ambiguous"]:
        return Meaning("ambiguous", candidates=tuple(words.data()["ambiguous"][name]))
    country = _country(piece)
    if country:
        return Meaning("country", country)
    if name in words.regions_by_name():
        return Meaning("region", candidates=words.regions_by_name()[name])
    if _CODE.fullmatch(piece) and piece in words.state_codes():
        return Meaning("ambiguous", candidates=("US", piece))
    for known in (words.data()["cities"], words.subdivisions_by_name()):
        if name in known:
            return Meaning("city", candidates=tuple(known[name]))
    return None


def _country(piece: str) -> str | None:
    """The country that ``piece`` names; codes of two letters only in capitals."""
    stripped = piece.strip(" .")
    if _CODE.fullmatch(stripped) and stripped in words.codes() - words.state_codes():
        return stripped
    name = words.plain(piece)
    found = words.countries_by_name().get(name)
    return found or words.countries_by_name().get(name.removeprefix("the "))


def _region_and_country(piece: str) -> Meaning | None:
    """ "EU Germany" or "Ireland - EU": the country counts, if it lies in that region."""
    if _LIST.search(piece):
        return None
    parts = _JOINT.split(piece.strip(), maxsplit=6)
    for cut in range(1, len(parts)):
        left, right = " ".join(parts[:cut]), " ".join(parts[cut:])
        for region, rest in ((left, right), (right, left)):
            country = _country(rest)
            members = words.regions_by_name().get(words.plain(region))
            if country and members is not None:
                return Meaning("country", country) if not members or country in members else None
    return None


def _cloud_region(piece: str) -> Meaning | None:
    match = words.cloud_pattern().search(piece.casefold())
    return (
        Meaning("cloud", candidates=(words.data()["cloud_regions"][match[0]],)) if match else None
    )
