"""Texts such as "Frankfurt, Dublin" or "USA/EU" as countries, and questions where none is named.

Each piece of a text is read, asked about, or remarked: ``Places.read``, ``questions``, ``remarks``
and ``bases`` together hold every word of it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import dropwhile

from services.registry.importing import words
from services.registry.importing.cutting import Cutter, Piece
from services.registry.importing.flags import with_flags_named
from services.registry.importing.meanings import KEPT, Meaning, Sense, is_name, sense_of
from services.registry.importing.mentions import names_a_basis
from services.registry.transfers.countries import name_of
from shared.importing.asking import Answers, Question

# Addresses of the internet and of mailboxes name no place.
_LINK = re.compile(
    r"https?://\S+|www\.\S+|[\w.+-]{1,64}@[\w.-]{1,200}"
    r"|\b(?:[\w-]{1,63}\.){1,6}[a-z]{2,20}/\S*"
    r"|\b(?:[\w-]{1,63}\.){1,6}(?:com|io|ai|eu|net|org|dev|dk|se|de|app|cloud)\b(?:/\S*)?",
    re.IGNORECASE,
)
# Marks of footnotes behind a place.
_MARK = re.compile(r"[¹²³⁰⁴-⁹†‡*]+")
# A list that goes on: "Ireland, USA…".
_MORE = re.compile(r"\s*(?:…|\.{3,})")
# From so many words on, a text that names no place is a sentence, and no name unknown here.
SENTENCE = 4
_WHY = {
    "region": "{text} is no country; name the countries, by which the law of transfers goes.",
    "city": "{text} is a city or a part of a country; name the country.",
    "cloud": "{text} is a cloud provider's region; name the country it lies in.",
    "ambiguous": "{text} may mean more than one place; name the country.",
    "unknown": "{text} is no country known here in English, Danish or Swedish; name it.",
    "mixed": "{text} says more than a place; name the countries it means, or none.",
    "doubtful": "{text} denies, limits or dates a place; name the countries that count, or none.",
}


@dataclass(slots=True)
class Places:
    """Countries in the order named. ``bases``: texts that name a transfer mechanism, each with the
    countries that it stands beside.

    ``remote``: those of the countries from which the data is only reached. ``read``: the names that
    were read.
    """

    countries: list[str] = field(default_factory=list)
    questions: list[Question] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    bases: list[tuple[str, tuple[str, ...]]] = field(default_factory=list)
    remote: set[str] = field(default_factory=set)
    read: list[str] = field(default_factory=list)

    def add(self, *codes: str) -> None:
        self.countries = list(dict.fromkeys((*self.countries, *codes)))

    def take(self, other: Places) -> None:
        self.add(*other.countries)
        self.questions += [each for each in other.questions if each not in self.questions]
        self.remarks += [each for each in other.remarks if each not in self.remarks]
        self.remote |= other.remote
        self.read += other.read


@dataclass(eq=False)
class _Read:
    """One piece with its sense; ``codes``: what it was settled to be, None while it is open.

    ``is_remote``: the data is only reached from there.
    """

    piece: Piece
    sense: Sense
    is_remote: bool = False
    doubtful: bool = False
    basis: bool = False
    codes: list[str] | None = None

    @property
    def certain(self) -> list[str]:
        if self.doubtful or self.basis or self.is_mixed:
            return []
        return [named.certain for _, named in self.sense.named if named.certain]

    @property
    def is_mixed(self) -> bool:
        return bool(self.sense.named and (self.sense.unknown or self.sense.people))

    def open(self) -> list[tuple[str, Meaning]]:
        return [each for each in self.sense.named if not each[1].certain]


def read_places(text: str, member: str, answers: Answers) -> Places:
    """The places ``text`` names."""
    read, remarks = _parsed(text)
    places = Places(remarks=list(remarks))
    found = {each.piece: _found(each, read, member, answers) for each in read if not each.basis}
    for own in found.values():
        places.take(own)
    for each in read:
        if each.basis:
            _take_basis(each, read, places, found)
    return places


def _found(each: _Read, read: Sequence[_Read], member: str, answers: Answers) -> Places:
    """What one piece adds to the places of its text."""
    own = Places()
    _take(each, read, own, member, answers)
    return own


@lru_cache(KEPT)
def _parsed(text: str) -> tuple[tuple[_Read, ...], tuple[str, ...]]:
    """The pieces of ``text``, settled as far as it says, and what is remarked. They are kept: the
    rows of a list say the same again and again."""
    places = Places()
    for link in (*_LINK.findall(text), *_MARK.findall(text)):
        places.remarks.append(f"“{link}” is not read.")
    plain = _MORE.sub(", etc. ", _MARK.sub(" ", _LINK.sub(" ", with_flags_named(text))))
    pieces = Cutter(is_name).cut(plain)
    remote = _remote(pieces)
    read = [_Read(piece, sense_of(piece.text), piece in remote) for piece in pieces]
    read = [each for each in read if not _says_nothing(each.piece)]
    _find_bases(read)
    _find_doubts(read)
    _read_codes(read)
    _settle(read, places)
    return tuple(read), tuple(places.remarks)


def _remote(pieces: Iterable[Piece]) -> set[Piece]:
    """Those that speak of access, or whose label or what they go on from does: "support from A and
    B". A piece stands behind what it goes on from."""
    found = set[Piece]()
    for piece in pieces:
        before = piece.joined or (piece.previous if piece.host is not None else None)
        said = (piece, piece.head)
        if before in found or any(one is not None and sense_of(one.text).remote for one in said):
            found.add(piece)
    return found


def _says_nothing(piece: Piece) -> bool:
    return words.says_nothing(piece.text) and not piece.asides and piece.text == piece.whole


def _find_bases(read: Sequence[_Read]) -> None:
    for each in read:
        # "SCCs for India" in a bracket is for the mechanism's reader, place and all.
        is_alone = not each.sense.named or each.piece.host is not None
        each.basis = is_alone and names_a_basis(each.piece.text)


def _find_doubts(read: Sequence[_Read]) -> None:
    """What is denied, past, planned or conditional: from that word on, to the end of its line."""
    for each in read:
        match = words.doubts().search(each.piece.text)
        is_mark = match is not None and not words.plain(match[0])
        if match is None or each.basis or (_is_whole(each) and not is_mark):
            continue
        line = [one for one in read if one.piece.segment == each.piece.segment]
        ahead = bool(each.sense.named) and match.start() < each.sense.at
        for one in line[line.index(each) :] if ahead else line:
            one.doubtful = True
        if each.piece.host is not None and not ahead:
            _doubt_host(each.piece.host, read)


def _is_whole(each: _Read) -> bool:
    """A name such as "non-EU" is asked about as it stands."""
    return len(each.sense.named) == 1 and each.sense.named[0][0] == each.piece.text


def _doubt_host(host: Piece, read: Sequence[_Read]) -> None:
    for one in read:
        if one.piece is host or one.piece.host is host:
            one.doubtful = True


def _read_codes(read: Sequence[_Read]) -> None:
    """If a text has only codes, CA and DE are Canada and Germany, not states of the US; so they
    are beside labels if one of them is a country beyond doubt: "NL; backup: DE"."""
    said = [each for each in read if each.sense.named]
    codes = [each for each in said if each.piece.text in words.codes()]
    is_sure = any(each.piece.text not in words.state_codes() for each in codes)
    others = [each for each in read if not each.sense.named and not each.piece.label]
    if len(codes) == len(said) and not others and (is_sure or len(codes) == len(read)):
        for each in codes:
            each.sense = Sense([(each.piece.text, Meaning("country", each.piece.text))])


def _settle(read: Sequence[_Read], places: Places) -> None:
    """Give open names the country that a second statement of the same cell agrees with."""
    for each in read:
        _settle_territory(each, read, places)
    known = {code for each in read for code in each.certain}
    for each in read:
        _settle_city_and_state(each, read)
    for each in read:
        if each.codes is None and not each.doubtful and not each.basis:
            each.codes = _agreed(each, read, known)


def _settle_territory(each: _Read, read: Sequence[_Read], places: Places) -> None:
    """ "Hong Kong, China" is one place; in a longer run China may be a place of its own."""
    before = each.piece.host or each.piece.previous
    territory = next((one for one in read if one.piece is before), None)
    if territory is None or len(each.certain) != 1 or each.piece.asides:
        return
    states = {words.data()["territories"].get(code) for code in territory.certain}
    if states != set(each.certain):
        return
    if each.piece.of > 2 and each.piece.host is None:
        each.sense = Sense([(each.piece.text, Meaning("ambiguous", None, (each.certain[0],)))])
        return
    each.codes = []
    places.remarks.append(f"“{each.piece.text}” is read as the state of {territory.piece.text}.")


def _settle_city_and_state(each: _Read, read: Sequence[_Read]) -> None:
    """ "Austin, TX" or "Nuremberg, DE": the city says which of the two the code means."""
    city = next((one for one in read if one.piece is each.piece.previous), None)
    code = each.piece.text
    if city is None or code not in words.state_codes() or city.doubtful or each.doubtful:
        return
    candidates = {code for _, named in each.open() for code in named.candidates}
    known = [named for _, named in city.sense.named if named.kind == "city"]
    agreed = candidates & {code for named in known for code in named.candidates}
    if not city.sense.named and len(candidates) == 1:
        agreed = candidates  # A town that is not known here, in a state of the US.
    if len(agreed) == 1:
        each.codes = city.codes = list(agreed)


def _agreed(each: _Read, read: Sequence[_Read], known: set[str]) -> list[str] | None:
    codes: list[str] = []
    for _, named in each.sense.named:
        found = [named.certain] if named.certain else _agreed_one(each, named, read, known)
        if found is None:
            return None
        codes += found
    return codes if each.sense.named else None


def _agreed_one(
    each: _Read, named: Meaning, read: Sequence[_Read], known: set[str]
) -> list[str] | None:
    beside = _beside(each, named, read)
    if named.kind == "region":
        # "EU, Germany" is not settled: it may mean Germany and others.
        inside = {code for one in beside for code in one[0]}
        agreed = bool(inside) and bool(named.candidates) and inside <= set(named.candidates)
        return [] if agreed else None
    if named.kind in ("unknown", "ambiguous"):
        return None
    fitting = known & set(named.candidates)
    if not fitting and len(named.candidates) == 1:
        # "EU (Frankfurt)", "eu-north-1, Stockholm": two statements that name one country.
        kinds = {kind for codes, kind in beside if set(named.candidates) <= set(codes)}
        fitting = set(named.candidates) if kinds - {named.kind, "country"} else set()
    return list(fitting) if len(fitting) == 1 else None


def _beside(
    each: _Read, named: Meaning, read: Sequence[_Read]
) -> list[tuple[tuple[str, ...], str]]:
    """What stands across a bracket or a colon, beside it in one text, or, for a cloud's region
    and its city, behind a comma: countries and kind."""
    across = [one for one in read if _are_across(each.piece, one.piece) and not one.basis]
    found = [
        ((other.certain,) if other.certain else other.candidates, other.kind)
        for one in [*across, each]
        for _, other in one.sense.named
        if other is not named and not one.doubtful
    ]
    next_to = [
        one for one in read if one.piece.previous is each.piece or each.piece.previous is one.piece
    ]
    found += [
        (other.candidates, other.kind)
        for one in next_to
        for _, other in one.sense.named
        if {other.kind, named.kind} == {"cloud", "city"}
    ]
    return found


def _are_across(piece: Piece, other: Piece) -> bool:
    return piece.has_part(other) or other.has_part(piece)


def _take(
    each: _Read, read: Sequence[_Read], places: Places, member: str, answers: Answers
) -> None:
    if each.doubtful and each.piece.host is not None and _is_doubtful(each.piece.host, read):
        pass  # The question about its host holds it.
    elif each.doubtful:
        _ask(each.piece.whole, "doubtful", _candidates(each), places, member, answers)
    elif each.codes is not None and not (each.is_mixed and _adds(each, read)):
        _take_settled(each, places)
    elif each.is_mixed:
        _take_mixed(each, places, member, answers, read)
    elif each.sense.named:
        _take_open(each, places, member, answers, read)
    else:
        _take_unknown(each, places, member, answers, read)


def _is_doubtful(piece: Piece, read: Sequence[_Read]) -> bool:
    return any(one.piece is piece and one.doubtful for one in read)


def _adds(each: _Read, read: Sequence[_Read]) -> bool:
    """Whether it names a country that no plain piece of the text names."""
    return not set(each.codes or ()) <= _known(read)


def _known(read: Sequence[_Read]) -> set[str]:
    plain = [one for one in read if not one.is_mixed]
    return {code for one in plain for code in (*one.certain, *(one.codes or ()))}


def _take_basis(
    each: _Read, read: Sequence[_Read], places: Places, found: Mapping[Piece, Places]
) -> None:
    """A mechanism is for the places that it stands beside; where those are answered with none, it
    is for nothing."""
    beside = _beside_basis(each, read)
    codes = tuple(dict.fromkeys(code for one in beside for code in found[one.piece].countries))
    open_still = any(found[one.piece].questions for one in beside)
    if codes or open_still or not any(one.sense.named for one in beside):
        places.bases.append((each.piece.whole, codes))
    else:
        text = f"“{each.piece.whole}” is not read: no country that it stands beside is taken."
        places.remarks.append(text)


def _beside_basis(each: _Read, read: Sequence[_Read]) -> list[_Read]:
    """Around a bracket, what it stands behind and what else it holds; else what stands before."""
    host = next((one for one in read if one.piece is each.piece.host), None)
    if host is None:
        return _run_before(each, read)
    if host.basis:
        return _beside_basis(host, read)
    inside = [one for one in read if one.piece.host is host.piece and not one.basis]
    # "Hong Kong, China (SCCs)": China is only the state of what stands before it.
    before = _run_before(host, read) if host.codes == [] else []
    return [*before, host, *inside]


def _run_before(each: _Read, read: Sequence[_Read]) -> list[_Read]:
    """The places of its line, back to those that have a mechanism of their own."""
    line = [one for one in read if one.piece.segment == each.piece.segment]
    hosts = {one.piece.host for one in read if one.basis}
    run: list[_Read] = []
    for one in dropwhile(lambda other: other.basis, reversed(line[: line.index(each)])):
        if one.basis or (run and one.piece in hosts):
            break
        run.insert(0, one)
    return run


def _take_settled(each: _Read, places: Places) -> None:
    codes = each.codes or []
    places.add(*codes)
    if each.is_remote:
        places.remote |= set(codes)
    places.read += [text for text, _ in each.sense.named]
    settled = [text for text, named in each.sense.named if not named.certain]
    if not each.sense.named:
        settled = [each.piece.text]
    if settled:
        where = ", ".join(map(name_of, codes)) or "the countries named beside it"
        places.remarks.append(f"{', '.join(settled)}: taken to be in {where}.")
    _remark_rest(each, places)


def _remark_rest(each: _Read, places: Places) -> None:
    """Words around a place that were passed over."""
    if each.sense.fillers or each.sense.unknown or each.sense.remote or each.sense.people:
        names = ", ".join(text for text, _ in each.sense.named)
        places.remarks.append(f"“{each.piece.text}”: only {names} is read.")


def _take_mixed(
    each: _Read, places: Places, member: str, answers: Answers, read: Sequence[_Read]
) -> None:
    """ "PostHog US Cloud": nothing new is only remarked; customers somewhere are no place."""
    if each.piece.host is not None and each.sense.people:
        places.remarks.append(f"“({each.piece.text})” is not read.")
        return
    known = _known(read)
    named = set(_candidates(each))
    if named and named <= known:
        places.remarks.append(f"“{each.piece.text}” is not read: it names no other country.")
        return
    _ask(each.piece.text, "mixed", _candidates(each), places, member, answers)


def _take_open(
    each: _Read, places: Places, member: str, answers: Answers, read: Sequence[_Read]
) -> None:
    known = {code for one in read for code in one.certain}
    for text, named in each.sense.named:
        agreed = [named.certain] if named.certain else _agreed_one(each, named, read, known)
        if agreed is not None:
            places.add(*agreed)
            places.read.append(text)
        elif each.piece.label and words.plain(text).startswith("customer"):
            places.remarks.append(f"“{text}” is not read: every place is taken.")
        else:
            _ask(text, named.kind, named.candidates, places, member, answers)
    _remark_rest(each, places)


def _take_unknown(
    each: _Read, places: Places, member: str, answers: Answers, read: Sequence[_Read]
) -> None:
    """A label, an aside and a sentence beside places are remarked; a name is asked about."""
    if not each.piece.text:
        pass  # Its brackets are read by themselves.
    elif _is_access_only(each, read):
        _take_access(each, places, read)
    elif _is_beside(each, read):
        text = f"({each.piece.text})" if each.piece.host is not None else each.piece.text
        places.remarks.append(f"“{text}” is not read.")
    else:
        _ask(each.piece.text, "unknown", (), places, member, answers)


def _is_beside(each: _Read, read: Sequence[_Read]) -> bool:
    """Whether a text that names no place says something of what stands beside it."""
    if words.plain(each.piece.text) in words.data()["beside_basis"] and _follows_basis(each, read):
        return True
    others = any(one.sense.named for one in read if one is not each)
    is_aside = each.piece.label or each.piece.host is not None
    is_sentence = len(each.piece.text.split()) >= SENTENCE
    return others and (is_aside or is_sentence or not each.sense.unknown)


def _take_access(each: _Read, places: Places, read: Sequence[_Read]) -> None:
    host = next(one for one in read if one.piece is each.piece.host)
    places.remote |= {*host.certain, *(host.codes or ())}
    places.remarks.append(f"“({each.piece.text})”: taken as a place of access.")


def _follows_basis(each: _Read, read: Sequence[_Read]) -> bool:
    at = list(read).index(each)
    return at > 0 and (read[at - 1].basis or _follows_basis(read[at - 1], read))


def _is_access_only(each: _Read, read: Sequence[_Read]) -> bool:
    """ "remote access only": the place before the bracket is one from which the data is reached."""
    is_known = words.plain(each.piece.text) in words.data()["access_only"]
    return is_known and each.piece.host in [one.piece for one in read]


def _candidates(each: _Read) -> tuple[str, ...]:
    codes = [
        code
        for _, named in each.sense.named
        for code in ((named.certain,) if named.certain else named.candidates)
    ]
    return tuple(dict.fromkeys(codes))


def _ask(
    text: str,
    kind: str,
    candidates: tuple[str, ...],
    places: Places,
    member: str,
    answers: Answers,
) -> None:
    why = _WHY[kind].format(text=f"“{text}”")
    question = Question(member, text, f"place-{kind}", why, candidates)
    answer = answers.to(question)
    if answer is None:
        places.questions.append(question)
    else:
        places.add(*answer)
        places.read.append(text)
