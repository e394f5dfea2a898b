"""Whether a brand colour can be read on the public page (WCAG 2.2, success criterion 1.4.3)."""

from __future__ import annotations

from shared.colours import LEAST, contrast
from shared.errors import Invalid

# The light backgrounds of the page (``page.css``): card, paper, and the head, which is the darkest.
BACKGROUNDS = ("#ffffff", "#fbfaf7", "#eef2f1")


class ColourTooFaint(Invalid):
    """This colour is too faint to be read on the page; take a darker one."""

    code = "colour-too-faint"


def check_readable(colour: str) -> None:
    """Raise ``ColourTooFaint`` for a colour (``#rrggbb``) with less contrast than AA asks for."""
    least = min(contrast(colour, background) for background in BACKGROUNDS)
    if least < LEAST:
        detail = f"{colour} has a contrast of {least:.2f} to 1 on the page; {LEAST} is needed."
        raise ColourTooFaint(detail, context={"contrast": round(least, 2), "needed": LEAST})
