"""What the screen shows: a few aligned lines, the first fault in front, progress while it reads."""

from __future__ import annotations

import sys
import time
from typing import TextIO

from shared.safe_text import terminal
from shared.verifier.check import Outcome

GREEN, RED, DIM, PLAIN = "\x1b[32m", "\x1b[31m", "\x1b[2m", "\x1b[0m"
SECONDS_BETWEEN = 0.2


def report(name: str, outcome: Outcome, colour: bool) -> str:
    """The whole answer as text."""
    red, green, dim, plain = (RED, GREEN, DIM, PLAIN) if colour else ("", "", "", "")
    word = f"{green}✓ verified{plain}" if outcome.good else f"{red}✗ not verified{plain}"
    shown = [f"{word}  {terminal(name)}", ""]
    if outcome.broken is not None:
        where = f", line {outcome.line}" if outcome.line else ""
        at = f"entry {outcome.broken.sequence:,}{where}"
        shown.append(f"  first fault   {at}: {terminal(outcome.broken.reason)}")
    shown += [f"  checkpoint    {terminal(each)}" for each in outcome.failed]
    facts = [*_facts(outcome), *_notes(outcome)]
    shown += [f"  {dim}{label:<13}{plain} {terminal(text)}" for label, text in facts]
    return "\n".join(shown) + "\n"


def _facts(outcome: Outcome) -> list[tuple[str, str]]:
    if not outcome.last or outcome.first is None:
        return []
    span = f"{outcome.first:,} to {outcome.last:,}"
    facts = [
        ("stream", str(outcome.stream)),
        ("entries", f"{span}, {_day(outcome.first_at)} to {_day(outcome.last_at)}"),
        ("last hash", outcome.head),
    ]
    if outcome.held:
        facts.append(("checkpoints", f"{outcome.held:,} confirmed"))
    return facts


def _notes(outcome: Outcome) -> list[tuple[str, str]]:
    notes = []
    if outcome.withheld:
        text = "entries are shown without data; their place in the chain holds"
        notes.append(("note", f"{outcome.withheld:,} {text}"))
    if outcome.unsigned:
        text = "signatures of checkpoints were not checked; name --public-key"
        notes.append(("note", text))
    if outcome.good and not outcome.held:
        text = "without a checkpoint of your own, a history rewritten as a whole looks the same"
        notes.append(("note", text))
    return notes


def _day(at: str | None) -> str:
    return (at or "")[:10] or "?"


class Progress:
    """One line that is written over, for files that take longer than a moment."""

    def __init__(self, total_bytes: int | None, screen: TextIO = sys.stderr) -> None:
        self._total, self._screen = total_bytes, screen
        self._next, self._shown = time.monotonic() + 1, False

    def __call__(self, entries: int, read_bytes: int) -> None:
        if time.monotonic() < self._next:
            return
        self._next, self._shown = time.monotonic() + SECONDS_BETWEEN, True
        part = f"{read_bytes / self._total:4.0%}  " if self._total else ""
        self._screen.write(f"\r  {part}{entries:,} entries")
        self._screen.flush()

    def end(self) -> None:
        if self._shown:
            self._screen.write("\r\x1b[K")
