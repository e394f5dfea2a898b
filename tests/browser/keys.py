"""A reader without a mouse."""

from __future__ import annotations

from playwright.sync_api import Locator, Page

MOST_STOPS = 80


def reach(page: Page, there: Locator) -> None:
    """Press Tab until the element has the focus; an AssertionError where it never does."""
    for _ in range(MOST_STOPS):
        if there.evaluate("it => it === document.activeElement"):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"Tab does not reach {there}")


def write(page: Page, fields: Locator, *texts: str) -> None:
    """Write into the fields, one after the other."""
    for number, text in enumerate(texts):
        reach(page, fields.nth(number))
        page.keyboard.type(text)


def press(page: Page, button: Locator) -> None:
    """Press a button that leads to another page, which is there when this returns."""
    reach(page, button)
    with page.expect_navigation():
        page.keyboard.press("Enter")


def unfold(page: Page, summary: Locator) -> None:
    """Open what is folded, if it is."""
    if not summary.evaluate("it => it.parentElement.open"):
        reach(page, summary)
        page.keyboard.press("Enter")
