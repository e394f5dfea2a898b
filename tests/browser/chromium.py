"""Chromium as the machine has it, kept on this machine."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, BrowserContext, Request, sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome")
# No name but one is looked up, and no other machine is called by its number either.
NO_NAMES = "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1"
# One pattern, which the driver matches by itself: a function would be asked of every request.
BEYOND = re.compile(r"^(?!http://(?:localhost|127\.0\.0\.1)(?::\d+)?/|data:|blob:|about:)")
NONE = (
    "no Chromium is installed: `make browser` installs it on Debian as root; "
    "elsewhere name one in ART28_CHROMIUM"
)


def executable() -> str | None:
    """The path of the browser; None: there is none."""
    named = os.environ.get("ART28_CHROMIUM", "")
    return shutil.which(named) if named else next(filter(None, map(shutil.which, NAMES)), None)


def is_required() -> bool:
    """Whether tests fail where there is no browser, in place of being skipped."""
    return os.environ.get("ART28_BROWSER") == "required"


@contextmanager
def launched(path: str) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=[NO_NAMES])
        yield browser
        browser.close()


def keep_here(context: BrowserContext) -> list[str]:
    """Refuse whatever leads beyond this machine; the list gets the addresses that were asked."""
    beyond: list[str] = []

    def note(request: Request) -> None:
        if BEYOND.match(request.url):
            beyond.append(request.url)

    # A redirect is no route of its own, but it is a request.
    context.on("request", note)
    context.route(BEYOND, lambda route: route.abort())
    return beyond
