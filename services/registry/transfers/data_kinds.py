"""Employment data and other data: which kinds an entry holds, and which a certification covers."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from typing import NamedTuple

from services.registry.data import read
from services.registry.transfers.circumstances import Circumstances

HR, OTHER = "hr", "non_hr"


class Held(NamedTuple):
    """The kinds that are certainly held, and those that may be."""

    certain: frozenset[str]
    possible: frozenset[str]


@cache
def _staff() -> re.Pattern[str]:
    return re.compile(rf"\b({'|'.join(read('staff.json')['words'])})", re.IGNORECASE)


def speaks_of_staff(data_subjects: Iterable[str]) -> bool:
    """Whether one of the categories of data subjects is staff, by a word of the list."""
    return any(_staff().search(str(subject)) for subject in data_subjects)


def held(about: Circumstances) -> Held:
    """The kinds of data an entry holds, by what it states and by whom it names."""
    subjects = about.data_subjects
    others = frozenset({OTHER} if any(not speaks_of_staff([each]) for each in subjects) else ())
    if about.hr_data == "yes":
        return Held(frozenset({HR}) | others, frozenset())
    if about.hr_data == "no":
        return Held(frozenset({OTHER}), frozenset())
    if speaks_of_staff(subjects):
        return Held(others, frozenset({HR, OTHER}))
    return Held(others, frozenset({OTHER}))


def is_question(about: Circumstances) -> bool:
    """Whether an entry that names staff should say if employment data is included."""
    return about.hr_data == "not_stated" and speaks_of_staff(about.data_subjects)
