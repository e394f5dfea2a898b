"""Two versions of an agreement as one marked text: what is added, removed and unchanged.

The marks are signs beside the style, so that they are read without colour, and read aloud.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from difflib import SequenceMatcher
from typing import Any

from services.agreements.model.agreement import Version
from services.agreements.rendering.layout import laid_out
from services.agreements.rendering.words import FOLDER, Words
from shared import typeset

SAME, ADDED, REMOVED = "same", "added", "removed"
Run = tuple[str, str]
# A line of a document: whether it is a heading, and its text.
Line = tuple[bool, str]
PDF_STANDARDS = ["a-2b", "ua-1"]
# Sentences that share less than half of their words are two sentences, not one that was changed.
ALIKE = 0.5
_SENTENCES = re.compile(r"(?<=[.!?])\s+(?=[A-ZÆØÅÄÖ])")
_WORDS = re.compile(r"\s+|[^\s]+")


def compared(before: Version, after: Version) -> dict[str, Any]:
    """The page in the language of the newer version: its words, and ``lines`` as ``{heading,
    runs, changed}``, each run as (``same added removed``, text)."""
    words = Words(json.loads(after.document)["language"])
    lines = [
        {"heading": heading, "runs": runs, "changed": any(kind != SAME for kind, _ in runs)}
        for heading, runs in _marked(_lines(before), _lines(after))
    ]
    count = len([line for line in lines if line["changed"]])
    numbers = {"before": before.version, "after": after.version}
    return {
        "language": words.language,
        "title": words("compared_title").format(**numbers),
        "name": words("title"),
        "parties": [getattr(after, side).legal_name for side in ("controller", "processor")],
        "count": words("compared_none" if not count else "compared_count").format(count),
        "legend": [words("compared_added"), words("compared_removed")],
        "note": words("compared_note"),
        "hashes": [[f"{words('version')} {each.version}", each.document_sha256]
                   for each in (before, after)],
        "page": words("page"), "of": words("of"),
        "lines": lines,
    }  # fmt: skip


def pdf(before: Version, after: Version) -> bytes:
    """PDF/A-2b and PDF/UA-1; the same versions give the same bytes."""
    members = compared(before, after)
    note = Words(members["language"])("replaced")
    return typeset.pdf(FOLDER / "comparison.typ", members, note=note, standards=PDF_STANDARDS,
                       at=int(after.made_at.timestamp()))  # fmt: skip


def _lines(version: Version) -> list[Line]:
    """The document sentence by sentence, without what tells of its own changes and acceptances."""
    members = {**json.loads(version.document), "amends": None}
    told = laid_out(replace(version, document=json.dumps(members)))
    return [(heading, text) for heading, text in _texts(told) if text.strip()]


def _texts(told: dict[str, Any]) -> Iterator[Line]:
    for party in told["parties"]:
        yield from _block(party["role"], party["lines"])
    for section in told["sections"]:
        yield from _block(section["heading"], section["paragraphs"])
    for table in told["tables"]:
        yield from _block(table["heading"], map(": ".join, table["rows"]))
    for annex in told["annexes"]:
        yield from _annex(annex)


def _annex(annex: dict[str, Any]) -> Iterator[Line]:
    yield from _block(annex["heading"], [annex["text"] or ""])
    for table in annex["tables"]:
        yield from _block(table["heading"], map(": ".join, table["rows"]))
    yield from _listed(annex["sub_processors"])
    for point in annex["points"]:
        yield from _block(point["heading"], point["paragraphs"])
        yield from _listed(point["sub_processors"])


def _listed(told: dict[str, Any] | None) -> Iterator[Line]:
    """The list of sub-processors, a line each; its day alone is no change."""
    for row in told["rows"] if told else ():
        yield False, "; ".join((row["name"], *row["who"], *row["what"], *row["where"]))


def _block(heading: str | None, paragraphs: Any) -> Iterator[Line]:
    if heading:
        yield True, heading
    for paragraph in paragraphs:
        for line in paragraph.split("\n"):
            yield from ((False, sentence) for sentence in _SENTENCES.split(line))


def _marked(before: Sequence[Line], after: Sequence[Line]) -> Iterator[tuple[bool, list[Run]]]:
    """Every line of both, in the order of the newer one."""
    steps = SequenceMatcher(None, before, after, autojunk=False).get_opcodes()
    for step, first, last, start, end in steps:
        if step == "equal":
            yield from ((heading, [(SAME, text)]) for heading, text in after[start:end])
        else:
            yield from _changed(before[first:last], after[start:end])


def _changed(before: Sequence[Line], after: Sequence[Line]) -> Iterator[tuple[bool, list[Run]]]:
    """Lines in place of others: each new one beside the old one that it is like, if any."""
    left = list(before)
    for heading, text in after:
        old = next((line for line in left if line[0] == heading and _alike(line[1], text)), None)
        if old is None:
            yield heading, [(ADDED, text)]
            continue
        for gone in left[: left.index(old)]:
            yield gone[0], [(REMOVED, gone[1])]
        del left[: left.index(old) + 1]
        yield heading, _by_word(old[1], text)
    yield from ((heading, [(REMOVED, text)]) for heading, text in left)


def _alike(before: str, after: str) -> bool:
    words = _WORDS.findall(before), _WORDS.findall(after)
    return SequenceMatcher(None, *words, autojunk=False).ratio() >= ALIKE


def _by_word(before: str, after: str) -> list[Run]:
    old, new = _WORDS.findall(before), _WORDS.findall(after)
    runs: list[Run] = []
    steps = SequenceMatcher(None, old, new, autojunk=False).get_opcodes()
    for step, first, last, start, end in steps:
        if step == "equal":
            runs.append((SAME, "".join(new[start:end])))
            continue
        gone, come = "".join(old[first:last]), "".join(new[start:end])
        runs += [run for run in ((REMOVED, gone), (ADDED, come)) if run[1]]
    return runs
