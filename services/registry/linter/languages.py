"""A text of an entry that was altered in one language and stays as it was in another."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from services.registry.linter.finding import Finding, member
from services.registry.linter.spelling import same_spelling

SPOKEN = ("purpose", "responsibilities")
RULE = "GDPR Art. 28(2), 12(1): what customers are told is told to all of them"

Entry = Mapping[str, Any]


def text_findings(before: Entry, after: Entry, pointer: str) -> Iterator[Finding]:
    """Texts that were left behind: customers who read them are told of something else.

    ``pointer`` leads to the entry. Whether two languages say the same, no rule can tell; that one
    was altered without the other, it can.
    """
    for name in SPOKEN:
        altered, kept = _compared(member(before, name), member(after, name))
        if altered and kept:
            detail = (
                f"The text in {', '.join(altered)} was altered without that in {', '.join(kept)}; "
                "let both say the same."
            )
            yield Finding("text-left-behind", RULE, detail, f"{pointer}/{name}/{kept[0]}", "should")


def _compared(before: Mapping[str, str], after: Mapping[str, str]) -> tuple[list[str], list[str]]:
    """The languages whose text is another one now, and those whose text stays."""
    common = sorted(tag for tag in before if before[tag] and after.get(tag))
    kept = [tag for tag in common if same_spelling(before[tag], after[tag])]
    return [tag for tag in common if tag not in kept], kept
