"""The member that each column of a list holds: known by its heading, or asked about once a file."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, lru_cache

from services.registry.importing import words
from services.registry.importing.meanings import KEPT, sense_of
from services.registry.importing.mentions import names_a_basis
from shared.importing.days import days_of

# Words of so few letters have no plural that is told by its s, and end no compound.
SINGULAR = 3
# Members that are true or false; "optional" is "required" turned; others a yes or no answers, too.
FLAGS = (
    "affiliate",
    "required",
    "special_categories",
    "data_combined",
    "exporter_is_public_authority",
)
_TRUE_OR_FALSE = (*FLAGS, "optional")
_ANSWERED = ("hr_data", "ai_use", "remote_access", "section")
# Behind the names of the vocabulary; two columns of one member are taken in the file's order.
BY_WORDS = 100
_DAY_WORDS = ("since", "day", "use", "listing", "day_words")
_CAMEL = re.compile(r"(?<=[a-zæøåäöü\d])(?=[A-ZÆØÅÄÖÜ])|(?<=[A-Z])(?=[A-Z][a-z])")
_CUTS = re.compile(r"[,;/&()\n+]|\s[-–—]\s|\s(?:and|och|og|und)\s")
_SPACES = re.compile(r"[ /]+")
_PHRASES = (
    (re.compile(r"\bsub process(or|ors|ing)\b"), r"subprocess\1"),
    (re.compile(r"\bservice providers?\b"), "provider"),
    (re.compile(r"\bdata subjects?\b"), "datasubject"),
    (re.compile(r"\bdata (?:categor\w+|types?|elements?|processed)\b"), "personaldata"),
    (re.compile(r"\b(?:categor\w+|types?|kinds?) of (?:personal )?data\b"), "personaldata"),
    (re.compile(r"\bpersonal data\b"), "personaldata"),
    (re.compile(r"\bdata cent(?:er|re)s?\b"), "datacenter"),
)


@dataclass(frozen=True, slots=True)
class Heading:
    """``member`` that a heading names, or None; ``sure``: no other reading of it is likely."""

    member: str | None
    rank: int = 0
    sure: bool = True


@dataclass(frozen=True, slots=True)
class ReadColumn:
    """A column of one file. ``asked``: the vendor has to say what it holds; ``guess`` is ours."""

    name: str
    member: str | None
    asked: bool = False
    guess: str | None = None
    samples: tuple[str, ...] = ()


def split_name(name: str) -> str:
    """``name`` for comparing, its camelCase and snake_case apart."""
    composed = unicodedata.normalize("NFC", name)
    return words.plain(_CAMEL.sub(" ", composed))


@lru_cache(KEPT)
def heading_of(name: str) -> Heading:
    """What a column of this name holds."""
    for plain in (words.plain(name), split_name(name), _singular(split_name(name))):
        known = words.members_by_column().get(plain)
        if known:
            return Heading(known[0], known[1])
    if split_name(name) in words.data()["ignored_columns"] or not split_name(name):
        return Heading(None)
    phrased = _phrased(split_name(name))
    return _of_day(_SPACES.split(phrased)) or _by_words(phrased)


def members() -> tuple[str, ...]:
    """All members that a column can hold."""
    return tuple(words.data()["columns"])


def read_columns(
    names: Iterable[str],
    samples: Mapping[str, Sequence[str]],
    answered: Mapping[str, str | None],
) -> list[ReadColumn]:
    """Each column of a file with its member, by ``answered`` first, or with what is asked."""
    columns = [_column(name, tuple(samples.get(name, ())), answered) for name in names]
    # Some column must hold the names, and one of several what the companies do: the first one that
    # is open, if no heading says so.
    _guess(columns, "legal_name", lambda _: True)
    _guess(columns, "purpose", lambda each: each.guess is None and _is_wordy(each))
    return columns


def _guess(columns: list[ReadColumn], member: str, fits: Callable[[ReadColumn], bool]) -> None:
    if any(member in (each.member, each.guess) for each in columns):
        return
    at = next((at for at, each in enumerate(columns) if each.asked and fits(each)), None)
    if at is not None:
        columns[at] = replace(columns[at], guess=member)


def _is_wordy(column: ReadColumn) -> bool:
    """Whether its cells are words, and neither links, marks nor a day; "DPA" holds agreements."""
    # "Details" alone tells of the company, "DPA details" of an agreement.
    if set(split_name(column.name).split()) & ({*words.data()["terms_words"]} - {"details"}):
        return False
    said = [each for each in column.samples if not words.says_nothing(each)]
    known = {*words.data()["yes"], *words.data()["no"]}
    return bool(said) and not any(
        each.casefold() in known
        or "://" in each
        or days_of(each)
        or not re.search(r"[^\W\d]", each)
        for each in said
    )


def _column(name: str, samples: tuple[str, ...], answered: Mapping[str, str | None]) -> ReadColumn:
    if name in answered:
        return ReadColumn(name, answered[name])
    heading = heading_of(name)
    said = [each for each in samples if not words.says_nothing(each)]
    if heading.member == "relation" and said and not any(map(_is_relation, said)):
        return ReadColumn(name, None, True, "purpose", samples)  # What the company's role is.
    if heading.member in _TRUE_OR_FALSE and said and not any(map(_is_yes_or_no, said)):
        is_name = heading.member == "affiliate"  # "Affiliate" may head their names.
        return ReadColumn(name, None, True, "legal_name" if is_name else None, samples)
    if (
        heading.member not in (*_TRUE_OR_FALSE, *_ANSWERED)
        and said
        and all(map(_is_yes_or_no, said))
    ):
        return ReadColumn(name, None, True, None, samples)  # "Transferred outside the EEA?"
    if heading.sure or not samples:
        return ReadColumn(name, heading.member if heading.sure else None)
    speaks_of_terms = set(split_name(name).split()) & set(words.data()["terms_words"])
    by_cells = _by_cells(said) if said else None
    guess = heading.member or (by_cells if not speaks_of_terms or by_cells == "mechanism" else None)
    return ReadColumn(name, None, True, guess, samples)


def _is_yes_or_no(sample: str) -> bool:
    """ "NO" in capitals is Norway."""
    known = (*words.data()["yes"], *words.data()["no"], *words.data()["unstated"])
    return sample.casefold() in known and sample != "NO"


def _is_relation(sample: str) -> bool:
    plain = words.plain(sample.replace("_", " "))
    return any(plain in said for said in words.data()["relations"].values())


def _singular(plain: str) -> str:
    singled = [word.removesuffix("s") if len(word) > SINGULAR else word for word in plain.split()]
    return " ".join(word for word in singled if word not in _small_words())


def _phrased(plain: str) -> str:
    for pattern, phrase in _PHRASES:
        plain = pattern.sub(phrase, plain)
    return plain


def _by_words(plain: str) -> Heading:
    said = [word for word in _SPACES.split(plain) if word not in _small_words()]
    heads = {word: member for word in said if (member := _head(word))}
    found = set(heads.values())
    if "location" in found:
        return _place(said, heads)
    if found == {"legal_name"} and {"country", "land"} & set(said):
        return Heading("country", BY_WORDS, sure=False)
    if found == {"legal_name", "website"} and not {"name", "navn", "namn"} & set(said):
        return Heading("website", BY_WORDS, all(_is_known(word) for word in said))
    if len(found) > 1:
        return Heading(_likeliest(found), BY_WORDS, sure=False)
    if not found:
        return Heading(None, BY_WORDS, sure=False)
    return Heading(next(iter(found)), BY_WORDS, all(_is_known(word) for word in said))


def _of_day(said: Sequence[str]) -> Heading | None:
    """A day since which a company is used, or one since which it is listed; asked, if either."""
    known = {name: set(words.data()[f"column_{name}"].split()) for name in _DAY_WORDS}
    since, day, use, listing = (bool(known[name] & set(said)) for name in _DAY_WORDS[:4])
    if not (since or (day and (use or listing))):
        return None
    sure = use != listing and set(said) <= set().union(*known.values())
    return Heading("used_since" if use else "valid_from", BY_WORDS, sure)


def _place(said: Sequence[str], heads: Mapping[str, str]) -> Heading:
    """A place of the company itself, of storage, of access, or of processing."""
    kinds = {
        "country": "column_seat",
        "storage": "column_storage",
        "remote_access": "column_access",
    }
    known = {kind: set(words.data()[name].split()) for kind, name in kinds.items()}
    found = [kind for kind in known if known[kind] & set(said)]
    others = [
        word
        for word in said
        if heads.get(word) != "location"
        and not any(word in known[kind] for kind in found)
        and word not in _modifiers()
    ]
    member = found[0] if found else "location"
    return Heading(member, BY_WORDS, sure=not others and len(found) < 2)


def _likeliest(found: set[str]) -> str:
    """Of several members: what is said of the company comes before the company."""
    order = ("mechanism", "data_subjects", "data_categories", "purpose", "products")
    return next((member for member in order if member in found), min(found))


@cache
def _heads() -> Mapping[str, str]:
    listed = words.data()["column_heads"]
    return {word: member for member, texts in listed.items() for word in texts.split()}


@cache
def _endings() -> tuple[str, ...]:
    """The heads that may end a compound, the longest first."""
    return tuple(sorted((head for head in _heads() if len(head) > SINGULAR), key=len, reverse=True))


@cache
def _small_words() -> frozenset[str]:
    return frozenset(words.data()["column_small_words"].split())


@cache
def _modifiers() -> frozenset[str]:
    return frozenset(words.data()["column_modifiers"].split())


def _head(word: str) -> str | None:
    known = _heads()
    return known.get(word) or known.get(word.removesuffix("s")) or _of_compound(word)


def _of_compound(word: str) -> str | None:
    """ "behandlingsformål": the last part of a compound says what it is."""
    if not word.endswith(_endings()):
        return None
    return next(_heads()[head] for head in _endings() if word.endswith(head))


def _is_known(word: str) -> bool:
    known = word in _heads() or word.removesuffix("s") in _heads() or word in _modifiers()
    return known or any(
        word.startswith(prefix) and word.removeprefix(prefix) in _heads()
        for prefix in words.data()["column_prefixes"]
    )


def _by_cells(samples: Sequence[str]) -> str | None:
    """What the cells look like: addresses of the web, countries, mechanisms."""
    if all(sample.startswith(("http://", "https://", "www.")) for sample in samples):
        return "website"
    if all(names_a_basis(sample) for sample in samples):
        return "mechanism"
    return "location" if all(map(_is_of_places, samples)) else None


def _is_of_places(sample: str) -> bool:
    """Whether each part of a cell names a place: "Finland och Estland", "USA (support från …)"."""
    senses = [sense_of(part) for part in _CUTS.split(sample) if part.strip()]
    return any(sense.named for sense in senses) and not any(sense.unknown for sense in senses)
