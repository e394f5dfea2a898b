"""The headings of a file, with sample cells of each, as its rows come in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from shared.importing.cells import read_cell

SAMPLES, LONGEST = 3, 200
MOST_HEADINGS = 200


@dataclass
class Samples:
    """``by_heading``: up to three different cells of each heading, in the order of the file."""

    by_heading: dict[str, list[str]] = field(default_factory=dict)

    def see(self, cells: Mapping[str, Any]) -> None:
        for name, value in cells.items():
            heading = name[:LONGEST]
            if heading not in self.by_heading and len(self.by_heading) >= MOST_HEADINGS:
                continue
            kept = self.by_heading.setdefault(heading, [])
            if len(kept) < SAMPLES and value not in (None, "", [], {}):
                text = read_cell(value).line[:LONGEST]
                if text and text not in kept:
                    kept.append(text)
