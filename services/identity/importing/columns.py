"""The member that each column of a list of customers holds, known by its heading or asked."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import cache
from importlib.resources import files

from shared.importing.country_names import country_names, plain
from shared.importing.jobs import Column

NOTHING = "none"
NAME = "legal_name"
CONTACT = "contact_"
MOST_CONTACTS = 5
PARTS = ("name", "position", "email")
_NUMBER = re.compile(r"(?<!\d)[2-9](?!\d)")
_CAMEL = re.compile(r"(?<=[a-zæøåäö])(?=[A-ZÆØÅÄÖ])")


@cache
def _vocabulary() -> Mapping[str, str]:
    text = files("services.identity").joinpath("data", "customer_columns.json").read_text("utf-8")
    listed: Mapping[str, Sequence[str]] = json.loads(text)
    return {plain(heading): member for member, headings in listed.items() for heading in headings}


def members() -> tuple[str, ...]:
    """All members that a column of ours can hold."""
    own = dict.fromkeys(_vocabulary().values())
    numbered = (f"{CONTACT}{n}_{part}" for n in range(2, MOST_CONTACTS + 1) for part in PARTS)
    return (*own, *numbered)


def member_of(heading: str, others: Mapping[str, str] = {}) -> str | None:
    """What a column of this heading holds; ``others``: plain headings that agreements knows."""
    said = plain(_CAMEL.sub(" ", heading).replace("_", " "))
    own = _vocabulary().get(said)
    if own or said in others:
        return own or others[said]
    return _numbered(said)


def is_known(heading: str) -> bool:
    """Whether the heading is one of a list of customers."""
    return member_of(heading) is not None


def _numbered(said: str) -> str | None:
    """ "contact 2 email", "email 2": of the second person."""
    number = _NUMBER.search(said)
    if number is None or int(number[0]) > MOST_CONTACTS:
        return None
    rest = " ".join(_NUMBER.sub(" ", said, count=1).split())
    member = _vocabulary().get(rest, "")
    return member.replace(CONTACT, f"{CONTACT}{number[0]}_") if CONTACT in member else None


def read_columns(
    columns: Iterable[Column],
    others: Mapping[str, str],
    remembered: Mapping[str, str | None],
) -> tuple[Column, ...]:
    """Each column with its member, or with what is asked: what it holds, or which of two does."""
    taken: set[str] = set()
    read = [_column(column, others, remembered, taken) for column in columns]
    if NAME in {column.member for column in read} | {column.guess for column in read}:
        return tuple(read)
    # Some column must hold the names: the first one that is open, if no heading says so.
    at = next((at for at, column in enumerate(read) if column.asked), None)
    if at is not None:
        read[at] = replace(read[at], guess=NAME)
    return tuple(read)


def _column(
    column: Column,
    others: Mapping[str, str],
    remembered: Mapping[str, str | None],
    taken: set[str],
) -> Column:
    if column.name in remembered:
        return replace(column, member=remembered[column.name], samples=(), remembered=True)
    member = member_of(column.name, others)
    if member and member not in taken:
        taken.add(member)
        return replace(column, member=member, samples=())
    if not column.samples:
        return column
    return replace(column, asked=True, guess=None if member else _by_cells(column.samples))


def _by_cells(samples: Sequence[str]) -> str | None:
    if all("@" in sample for sample in samples):
        return f"{CONTACT}email"
    if all(plain(sample) in country_names() for sample in samples):
        return "country"
    return None
