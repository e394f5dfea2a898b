"""How a page is looked at: its language, its width, by day or by night, with or without script."""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Any, Literal

from playwright.sync_api import Page

LANGUAGES = ("en", "da", "sv")
PHONE, WIDER_PHONE, TABLET, DESK = WIDTHS = (320, 390, 768, 1440)
# A4 between margins of 1 cm.
PAPER = 718
HEIGHT = 900
# The bar of WCAG 2.2 AA, and what axe knows to be good practice.
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


@dataclass(frozen=True)
class Look:
    """What a reader has in hand. ``width``: in CSS pixels."""

    width: int = DESK
    dark: bool = False

    @property
    def name(self) -> str:
        return f"{self.width}-{'dark' if self.dark else 'light'}"

    @property
    def scheme(self) -> Literal["dark", "light"]:
        return "dark" if self.dark else "light"

    def at(self, page: Page) -> None:
        """Show an open page so."""
        page.emulate_media(color_scheme=self.scheme)
        page.set_viewport_size({"width": self.width, "height": HEIGHT})


LOOKS = tuple(Look(width, dark) for width in (PHONE, DESK) for dark in (False, True))


@lru_cache
def _axe_script() -> str:
    return (files("axe_playwright_python") / "axe.min.js").read_text("utf-8")


def axe(page: Page, *rules: str) -> list[str]:
    """What axe finds wrong: each rule with the elements that break it. Needs a page with script.
    ``rules``: these alone; none: all of ``TAGS``."""
    if not page.evaluate("'axe' in window"):
        # In the page's own world but past its policy, which lets it load no script.
        page.evaluate(f"() => {{ {_axe_script()} }}")
    only = {"type": "rule" if rules else "tag", "values": list(rules) or TAGS}
    options = {"resultTypes": ["violations"], "runOnly": only}
    found: dict[str, Any] = page.evaluate("options => axe.run(document, options)", options)
    return [
        f"{broken['id']}: {' '.join(node['html'] for node in broken['nodes'])[:300]}"
        for broken in found["violations"]
    ]


def overflow(page: Page) -> int:
    """By how many pixels the page is wider than its window: what a reader scrolls sideways."""
    wide: int = page.evaluate(
        "document.scrollingElement.scrollWidth - document.documentElement.clientWidth"
    )
    return wide


def text_of(page: Page) -> str:
    """What can be seen of it, on one line."""
    return " ".join(page.locator("body").inner_text().split())


def picture(page: Page, name: str) -> None:
    """Keep a picture of the whole page, if pictures were asked for (`make pictures`)."""
    folder = os.environ.get("ART28_PICTURES")
    if folder:
        Path(folder).mkdir(parents=True, exist_ok=True)
        page.screenshot(path=str(Path(folder) / f"{name}.png"), full_page=True)
