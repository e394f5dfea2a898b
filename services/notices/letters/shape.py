"""What a letter consists of; plain text and HTML are two views of it, so they cannot differ."""

from __future__ import annotations

from dataclasses import dataclass

GOOD, WARN, BAD = "good", "warn", "bad"


@dataclass(frozen=True)
class Fact:
    """``strong``: a day that must not be missed."""

    label: str
    value: str
    strong: bool = False


@dataclass(frozen=True)
class Place:
    """Where data is or is seen from; ``tone`` is good, warn or bad, and the verdict says it too.

    ``laws``: what each of several laws says, the strictest first.
    """

    name: str
    kind: str
    verdict: str
    tone: str
    basis: str
    reason: str
    laws: tuple[str, ...] = ()

    @property
    def notes(self) -> tuple[str, ...]:
        """What stands below the place, a line each."""
        return tuple(text for text in (self.basis, self.reason, *self.laws) if text)


@dataclass(frozen=True)
class Difference:
    """One member of an entry that changes, before and after."""

    label: str
    before: str
    after: str


@dataclass(frozen=True)
class Item:
    """One of those that a letter is about: who, what of it, more about it, and its numbers in small
    print."""

    name: str
    said: str
    tone: str = WARN
    note: str = ""
    ids: str = ""


@dataclass(frozen=True)
class Differences:
    """What changes in an entry, under a heading; ``before`` and ``after`` head the columns."""

    heading: str
    before: str
    after: str
    lines: tuple[Difference, ...]


@dataclass(frozen=True)
class Section:
    """One of several changes that a letter is about, with its own facts and places."""

    heading: str
    facts: tuple[Fact, ...]
    differences: Differences | None = None
    places_heading: str = ""
    places: tuple[Place, ...] = ()


@dataclass(frozen=True)
class Action:
    """``primary``: the one that is asked for."""

    label: str
    url: str
    primary: bool = False


@dataclass(frozen=True)
class Letter:
    """All text is plain; ``warning`` stands above the facts."""

    language: str
    subject: str
    heading: str
    lead: str
    facts: tuple[Fact, ...]
    warning: str = ""
    differences: Differences | None = None
    places_heading: str = ""
    places: tuple[Place, ...] = ()
    items_heading: str = ""
    items: tuple[Item, ...] = ()
    sections: tuple[Section, ...] = ()
    actions: tuple[Action, ...] = ()
    paragraphs: tuple[str, ...] = ()
    footer: tuple[str, ...] = ()


def filled(*facts: Fact) -> tuple[Fact, ...]:
    """Those that say something."""
    return tuple(each for each in facts if each.value)
