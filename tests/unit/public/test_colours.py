"""Every pair of text and ground on the page keeps the contrast of WCAG 2.2 AA, day and night."""

from __future__ import annotations

import re

import pytest

from services.public.catalogue import CATALOGUES

SHEET = (CATALOGUES.parent / "static" / "page.css").read_text()
PAIRS = [
    ("ink", "paper"), ("ink", "card"), ("ink", "top"), ("soft", "paper"), ("soft", "card"),
    ("soft", "top"), ("link", "paper"), ("link", "card"), ("link", "top"), ("brand", "top"),
    ("paper", "brand"), ("top", "brand"), ("good", "good-bg"), ("warn", "warn-bg"),
    ("bad", "bad-bg"), ("come", "come-bg"), ("bad", "card"), ("warn", "card"), ("warn", "paper"),
]  # fmt: skip


def colours(part: str) -> dict[str, str]:
    return dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6})", part))


DAY = colours(SHEET.split("@media")[0])
NIGHT = {**DAY, **colours(SHEET.split("@media")[1])}


def luminance(colour: str) -> float:
    """Relative luminance as WCAG 2.2 defines it."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("theme", [DAY, NIGHT], ids=["day", "night"])
@pytest.mark.parametrize(("text", "ground"), PAIRS)
def test_text_stands_out_from_its_ground(theme: dict[str, str], text: str, ground: str) -> None:
    dark, light = sorted((luminance(theme[text]), luminance(theme[ground])))
    assert (light + 0.05) / (dark + 0.05) >= 4.5
