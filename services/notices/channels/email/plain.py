"""A letter as plain text."""

from __future__ import annotations

import textwrap

from services.notices.channels.email.letters import Letter

WIDTH = 76


def plain(letter: Letter) -> str:
    """The letter as plain text, lines of at most 76 characters but for addresses."""
    parts = [letter.heading, "=" * min(len(letter.heading), WIDTH), "", *_wrapped(letter.lead), ""]
    if letter.warning:
        parts += [*_wrapped(f"! {letter.warning}"), ""]
    width = max((len(each.label) for each in letter.facts), default=0) + 2
    for fact in letter.facts:
        parts += _hanging(f"{fact.label}:".ljust(width), fact.value)
    if letter.places:
        parts += ["", letter.places_heading, "-" * len(letter.places_heading)]
        for place in letter.places:
            parts += _hanging("* ", f"{place.name} – {place.kind}: {place.verdict}")
            parts += [line for text in (place.basis, place.reason) if text
                      for line in _hanging("  ", text)]  # fmt: skip
    for action in letter.actions:
        parts += ["", f"{action.label}:", action.url]
    for text in letter.paragraphs:
        parts += ["", *_wrapped(text)]
    parts += ["", "-" * WIDTH]
    for text in letter.footer:
        parts += [*_wrapped(text), ""]
    return "\n".join(parts).rstrip() + "\n"


def _wrapped(text: str) -> list[str]:
    return textwrap.wrap(text, WIDTH, break_long_words=False, break_on_hyphens=False)


def _hanging(first: str, text: str) -> list[str]:
    return textwrap.wrap(
        text,
        WIDTH,
        initial_indent=first,
        subsequent_indent=" " * len(first),
        break_long_words=False,
        break_on_hyphens=False,
    )
