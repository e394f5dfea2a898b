"""Where a text mentions transfer mechanisms, and whether it claims, denies or dates them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache, lru_cache
from typing import Literal

from services.registry.importing import words
from services.registry.importing.meanings import KEPT, sense_of

IGNORE = re.IGNORECASE
# "SCCs where the DPF does not apply": the mechanism after the word has precedence.
CONDITION = re.compile(
    r"\b(?:if|where|unless|in case|in the event|in the absence|to the extent|should|hvis|såfremt"
    r"|medmindre|om|ifald|falls|wenn|sofern)\b",
    IGNORE,
)
_BOUNDS = re.compile(r"[;\n(),|]|\.\s")
_BRACKET = re.compile(r"\s*\(([^()]*)\)")
_FOR = re.compile(
    r"\s*(?:for|to|til|till|för|für|in|i)\s+(?:transfers?\s+to\s+)?([^;,()]+)", IGNORE
)
_LABEL = re.compile(r"(?:\A|[;,\n]|\.\s)\s*([^:;,\n()]{2,60}):")
_QUALIFIER = (
    r"(?:the\s+)?(?:E\.?U\.?|U\.?K\.?|Swiss|Switzerland|Schweiz)(?:\s?[-–]\s?U\.?S\.?(?:A\.?)?)?"
    r"(?:\s+Extension)?"
)
_AND = r"\s*(?:,\s*and\b|,|/|&|\+|\band\b|\bog\b|\boch\b|\bund\b)\s*"
_NOUN = (
    r"(?:data\s+)?privacy\s+(?:framework|shield)s?|dpfs?\b|sccs?\b|standard\s+contractual\s+clauses"
)
_SHARED = re.compile(rf"((?:{_QUALIFIER}{_AND}){{1,3}}{_QUALIFIER})\s+({_NOUN})", IGNORE)
_AFTERWARDS = re.compile(
    rf"(?<!U\.S\. )(?<!US )\b({_NOUN})\s*\(((?:{_QUALIFIER}{_AND}){{1,3}}{_QUALIFIER})\)", IGNORE
)
_ONE = re.compile(r"E\.?U\.?(?!\w)|U\.?K\.?(?!\w)|Swi\w+|Schweiz", IGNORE)
_SHARED_NAMES = {
    ("eu", "d"): "eu-us-dpf",
    ("uk", "d"): "uk-us-data-bridge",
    ("sw", "d"): "ch-us-dpf",
    ("eu", "p"): "eu-us-privacy-shield",
    ("eu", "s"): "scc",
    ("uk", "s"): "uk-scc",
    ("sw", "s"): "ch-scc-2021-914",
}

# "DPF pending, SCC until then": until when something counts, it counts now; which, is asked.
_UNTIL = frozenset(["until", "till", "indtil", "tills", "bis"])
_NOT_HERE = "n/a"
# What answers a name, before it or behind it: "DPF ✗ SCC ✓".
_ANSWERS = frozenset([_NOT_HERE, "false", "nej", "nein"])
_LINKS = frozenset(["but", "and", "is", "are", "men", "og", "och", "which", "with", "used"])

Status = Literal["claimed", "denied", "unclear"]


@dataclass(slots=True)
class Mention:
    """``name`` in ``text[start:end]``. ``only``: countries that it is named for; empty: all."""

    start: int
    end: int
    name: str
    status: Status = "claimed"
    only: tuple[str, ...] = ()
    read: list[tuple[int, int]] = field(default_factory=list)


@cache
def patterns() -> list[tuple[str, re.Pattern[str]]]:
    """The names of each mechanism; longer names first, because they contain shorter ones."""
    return [
        (name, re.compile("|".join(texts), IGNORE)) for name, texts in words.data()["mechanisms"]
    ]


@lru_cache(KEPT)
def names_a_basis(text: str) -> bool:
    return any(pattern.search(text) for _, pattern in patterns())


@lru_cache(KEPT)
def mentions_of(text: str) -> list[Mention]:
    """All mentions in ``text``, from left to right, none within another. They are kept: do not
    alter them."""
    taken: list[Mention] = []
    found = [*_shared(text), *_plain(text)]
    for each in found:
        if all(each.end <= one.start or one.end <= each.start for one in taken):
            taken.append(each)
    taken.sort(key=lambda each: each.start)
    _find_denials(text, taken)
    for each in taken:
        _find_countries(text, each)
    return taken


def _plain(text: str) -> Iterator[Mention]:
    for name, pattern in patterns():
        for match in pattern.finditer(text):
            yield Mention(match.start(), match.end(), name)


def _shared(text: str) -> Iterator[Mention]:
    """ "EU-U.S., UK-U.S. and Swiss-U.S. Data Privacy Frameworks": three names, one noun."""
    for match in _SHARED.finditer(text):
        yield from _named(match.start(1), match[1], match[2], match.end(2))
    for match in _AFTERWARDS.finditer(text):
        yield from _named(match.start(2), match[2], match[1], match.end(0))
        yield Mention(match.start(1), match.end(1), "noun")


def _named(start: int, qualifiers: str, noun: str, end: int) -> Iterator[Mention]:
    kind = "p" if "shield" in noun.casefold() else "s" if noun[:1] in "sS" else "d"
    ones = list(_ONE.finditer(qualifiers))
    for at, one in enumerate(ones):
        key = (one[0].casefold().replace(".", "").replace("ch", "w")[:2], kind)
        last = at == len(ones) - 1
        until = end if last else start + ones[at + 1].start()
        yield Mention(start + one.start(), until, _SHARED_NAMES.get(key, "other-shield"))


def _find_denials(text: str, mentions: Sequence[Mention]) -> None:
    for match in words.denials().finditer(text):
        if any(each.start <= match.start() < each.end for each in mentions):
            continue
        if CONDITION.search(_segment(text, match.start())):
            continue  # "SCCs if DPF does not apply" is an order of precedence, and no denial.
        _judge(text, match, mentions)


def _segment(text: str, at: int) -> str:
    start = max(text.rfind(";", 0, at), text.rfind("\n", 0, at)) + 1
    ends = [end for end in (text.find(";", at), text.find("\n", at)) if end >= 0]
    return text[start : min(ends, default=len(text))]


def _judge(text: str, denial: re.Match[str], mentions: Sequence[Mention]) -> None:
    before = [each for each in mentions if each.end <= denial.start()]
    behind = [each for each in mentions if each.start >= denial.end()]
    is_answer = not denial[0][0].isalpha() or denial[0].casefold() in _ANSWERS
    following = behind[0] if behind and _reaches(text[denial.end() : behind[0].start]) else None
    preceding = before[-1] if before and _touches(text[before[-1].end : denial.start()]) else None
    if preceding and _is_replaced(text[preceding.end :]):
        _deny(preceding)
    elif denial[0].casefold() == _NOT_HERE and not (preceding or following):
        return  # "SCC (US); N/A (EEA)" says of other places that nothing is needed.
    elif (
        following and preceding and (is_answer or not _is_plain(text, preceding, denial, following))
    ):
        preceding.status = following.status = "unclear"
    elif following:
        _deny(following)
        _deny_list(text, following, mentions)
    elif preceding and not _within_one(text[denial.end() :], behind, denial.end()):
        is_until = denial[0].casefold() in _UNTIL and preceding.status == "claimed"
        preceding.status = "unclear" if is_until else preceding.status
        if not is_until:
            _deny(preceding)
    else:
        for each in mentions:
            each.status = "unclear"


def _is_plain(text: str, preceding: Mention, denial: re.Match[str], following: Mention) -> bool:
    """ "DPF without SCCs", "SCC, but not DPF": the denial is of what follows only."""
    before = words.plain(text[preceding.end : denial.start()]).split()
    after = words.plain(text[denial.end() : following.start]).split()
    return len(after) <= 1 and set(before) <= _LINKS


def _deny(mention: Mention) -> None:
    """Denied twice is not understood: "no transfer without SCCs"."""
    mention.status = "unclear" if mention.status != "claimed" else "denied"


def _deny_list(text: str, first: Mention, mentions: Sequence[Mention]) -> None:
    """ "Neither DPF nor SCCs", "no DPF or SCCs": the denial may go on, so the rest is asked."""
    last = first
    for each in mentions:
        if each.start <= first.start:
            continue
        between = text[last.end : each.start].casefold().strip()
        if between not in ("or", "and", "eller", "og", "och", "oder", "und", "/", "&", "nor"):
            return
        each.status = "unclear" if each.status == "claimed" else each.status
        last = each


def _reaches(between: str) -> bool:
    """Whether a denial speaks of what follows: only small words stand between."""
    plain = words.plain(between).split()
    return not _BOUNDS.search(between) and all(word in words.denial_words() for word in plain)


def _touches(between: str) -> bool:
    """Whether a denial is said of what stands before it, in the same clause or its bracket."""
    inner = re.sub(r"\A[^();,\n]*\(", "", between) if between.count("(") == 1 else between
    return not _BOUNDS.search(inner)


def _is_replaced(rest: str) -> bool:
    match = re.search(words.data()["replaced_by"], rest, IGNORE)
    return match is not None and not _BOUNDS.search(rest[: match.start()])


def _within_one(rest: str, behind: Sequence[Mention], offset: int) -> bool:
    """Whether another mention follows in the same clause: then whose denial it is is open."""
    bound = _BOUNDS.search(rest)
    end = offset + (bound.start() if bound else len(rest))
    return bool(behind) and behind[0].start < end


def _find_countries(text: str, mention: Mention) -> None:
    """The countries a mechanism is named for: "SCC (India)", "SCC for India", "India: SCC"."""
    rest = text[mention.end :]
    for pattern in (_BRACKET, _FOR):
        match = pattern.match(rest)
        if match and (codes := _countries(match[1])):
            mention.only = codes
            mention.read.append((mention.end + match.start(), mention.end + match.end()))
            return
    start = max(text.rfind(";", 0, mention.start), text.rfind("\n", 0, mention.start)) + 1
    labels = list(_LABEL.finditer(text[start : mention.start]))
    if labels and (codes := _countries(labels[-1][1])):
        mention.only = codes
        mention.read.append((start + labels[-1].start(1), start + labels[-1].end()))


def _countries(text: str) -> tuple[str, ...]:
    """The countries of a text that says nothing else; empty otherwise."""
    codes: list[str] = []
    for part in re.split(r"\s*[,/]\s*|\s+(?:and|og|och|und|&)\s+", text.strip()):
        sense = sense_of(part)
        if sense.unknown or sense.people or not sense.named:
            return ()
        codes += [named.certain or "" for _, named in sense.named]
    return tuple(codes) if all(codes) else ()
