"""Whether a brand colour can be read on the public page (WCAG 2.2, success criterion 1.4.3)."""

from __future__ import annotations

from shared.errors import Invalid

# The light backgrounds of the page (``page.css``): card, paper, and the head, which is the darkest.
BACKGROUNDS = ("#ffffff", "#fbfaf7", "#eef2f1")
LEAST = 4.5


class ColourTooFaint(Invalid):
    """This colour is too faint to be read on the page; take a darker one."""

    code = "colour-too-faint"


def check_readable(colour: str) -> None:
    """Raise ``ColourTooFaint`` for a colour (``#rrggbb``) with less contrast than AA asks for."""
    least = min(contrast(colour, background) for background in BACKGROUNDS)
    if least < LEAST:
        detail = f"{colour} has a contrast of {least:.2f} to 1 on the page; {LEAST} is needed."
        raise ColourTooFaint(detail, context={"contrast": round(least, 2), "needed": LEAST})


def contrast(one: str, other: str) -> float:
    """The contrast ratio of two colours, from 1 (equal) to 21 (black on white)."""
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def luminance(colour: str) -> float:
    """The relative luminance of ``#rrggbb`` in sRGB, from 0 to 1."""
    red, green, blue = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    return 0.2126 * _linear(red) + 0.7152 * _linear(green) + 0.0722 * _linear(blue)


def _linear(part: float) -> float:
    return part / 12.92 if part <= 0.04045 else float(((part + 0.055) / 1.055) ** 2.4)
