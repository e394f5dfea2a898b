"""Colours on a screen: how well one can be read on another (WCAG 2.2, success criterion 1.4.3)."""

from __future__ import annotations

LEAST = 4.5
# The steps in which a colour is made lighter until it can be read.
STEPS = 20


def contrast(one: str, other: str) -> float:
    """The contrast ratio of two colours, from 1 (equal) to 21 (black on white)."""
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def luminance(colour: str) -> float:
    """The relative luminance of ``#rrggbb`` in sRGB, from 0 to 1."""
    red, green, blue = (_linear(part / 255) for part in _parts(colour))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def lightened(colour: str, background: str) -> str:
    """Return the colour, made as much lighter as it takes to be read on a dark background."""
    for step in range(STEPS + 1):
        lighter = _mixed(colour, step / STEPS)
        if contrast(lighter, background) >= LEAST:
            return lighter
    return "#ffffff"


def _mixed(colour: str, white: float) -> str:
    return "#" + "".join(f"{round(part + (255 - part) * white):02x}" for part in _parts(colour))


def _parts(colour: str) -> tuple[int, int, int]:
    red, green, blue = (int(colour[at : at + 2], 16) for at in (1, 3, 5))
    return red, green, blue


def _linear(part: float) -> float:
    return part / 12.92 if part <= 0.04045 else float(((part + 0.055) / 1.055) ** 2.4)
