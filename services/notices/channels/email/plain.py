"""A letter as plain text."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence

from services.notices.letters import Letter
from services.notices.letters.shape import Differences, Section
from shared.safe_text import isolated, one_line

WIDTH = 76


def plain(letter: Letter) -> str:
    """The letter as plain text, lines of at most 76 characters but for addresses."""
    parts = [*_headed(letter.heading, "="), "", *_wrapped(letter.lead), ""]
    if letter.warning:
        parts += [*_wrapped(f"! {letter.warning}"), ""]
    parts += [*_shown(letter), *_items(letter)]
    for section in letter.sections:
        parts += ["", *_headed(section.heading, "-"), *_shown(section)]
    for action in letter.actions:
        parts += ["", f"{action.label}:", action.url]
    for text in letter.paragraphs:
        parts += ["", *_wrapped(text)]
    parts += ["", "-" * WIDTH]
    for text in letter.footer:
        parts += [*_wrapped(text), ""]
    return "\n".join(parts).rstrip() + "\n"


def _headed(text: str, line: str) -> list[str]:
    heading = one_line(text, None)
    return [heading, line * min(len(heading), WIDTH)]


def _shown(part: Letter | Section) -> list[str]:
    return [*_facts(part), *_differences(part.differences), *_places(part)]


def _differences(shown: Differences | None) -> Sequence[str]:
    """Before and after of each, one below the other."""
    if shown is None:
        return ()
    lines = ["", *_headed(shown.heading, "-")]
    for line in shown.lines:
        lines += _wrapped(f"* {line.label}")
        lines += _hanging(f"  {shown.before}: ", line.before)
        lines += _hanging(f"  {shown.after}: ", line.after)
    return lines


def _facts(letter: Letter | Section) -> list[str]:
    width = max((len(each.label) for each in letter.facts), default=0) + 2
    labelled = ((f"{each.label}:".ljust(width), each.value) for each in letter.facts)
    return [line for label, value in labelled for line in _hanging(label, value)]


def _places(letter: Letter | Section) -> Sequence[str]:
    lines = ["", *_headed(letter.places_heading, "-")] if letter.places else []
    for place in letter.places:
        lines += _hanging("* ", f"{isolated(place.name)} – {place.kind}: {place.verdict}")
        lines += [line for text in place.notes for line in _hanging("  ", text)]
    return lines


def _items(letter: Letter) -> Sequence[str]:
    lines = ["", *_headed(letter.items_heading, "-")] if letter.items else []
    for item in letter.items:
        lines += _hanging("* ", f"{isolated(item.name)} – {item.said}")
        for text in (item.note, item.ids):
            lines += _hanging("  ", text) if text else []
    return lines


def _wrapped(text: str) -> list[str]:
    safe = one_line(text, None)
    return textwrap.wrap(safe, WIDTH, break_long_words=False, break_on_hyphens=False)


def _hanging(first: str, text: str) -> list[str]:
    return textwrap.wrap(
        one_line(text, None),
        WIDTH,
        initial_indent=first,
        subsequent_indent=" " * len(first),
        break_long_words=False,
        break_on_hyphens=False,
    )
