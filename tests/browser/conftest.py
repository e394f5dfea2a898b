"""One browser and one product for all tests of a worker; a context of its own for each window."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from playwright.sync_api import Browser, Page
from pymongo import MongoClient

from services.identity.api.cookies import SESSION
from tests.browser.chromium import NONE, executable, is_required, keep_here, launched
from tests.browser.looks import HEIGHT, Look
from tests.integration.conftest import baseline, inbox, vendor
from tests.integration.portal.conftest import mails
from tests.mongod import free_port
from tests.serving import edge_before, serving
from tests.stack import NAMES, START, Stack, fresh_stack

__all__ = ["baseline", "inbox", "mails", "vendor"]

Open = Callable[..., Page]
# Milliseconds; long, for others may be at work on this machine, too.
TIMEOUT = 60_000


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """The browser; without one the tests are skipped, or fail where it is required."""
    path = executable()
    if path is None:
        (pytest.fail if is_required() else pytest.skip)(NONE)
    with launched(path) as browser:
        yield browser


@pytest.fixture(scope="session")
def one_stack(
    mongo_url: str,
    mongo_client: MongoClient[dict[str, Any]],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Stack]:
    """The whole product behind the real edge, at a name for which browsers make passkeys."""
    port = free_port()
    with ExitStack() as all_of_it:
        origin = f"http://localhost:{port}"
        stack = all_of_it.enter_context(fresh_stack(mongo_url, mongo_client, origin))
        upstreams = dict.fromkeys((*NAMES, "readers"), all_of_it.enter_context(serving(stack.wsgi)))
        folder = tmp_path_factory.mktemp("edge")
        all_of_it.enter_context(edge_before(folder, upstreams, port, ART28_ORIGIN=origin))
        yield stack


@pytest.fixture
def stack(chromium: Browser, one_stack: Stack) -> Stack:
    """The clock starts anew for each test; what other tests made belongs to other vendors."""
    one_stack.now = START
    one_stack.forget_tokens()
    return one_stack


@pytest.fixture
def open_page(chromium: Browser, stack: Stack) -> Iterator[Open]:
    """Opens windows of browsers that share nothing: ``language`` of the reader, ``look``, with or
    without ``script``; ``session``: the token of whoever is signed in there."""
    with ExitStack() as windows:

        def opened(
            language: str = "en", look: Look | None = None, script: bool = True, session: str = ""
        ) -> Page:
            look = look or Look()
            context = chromium.new_context(
                base_url=stack.common.origin,
                locale=language,
                viewport={"width": look.width, "height": HEIGHT},
                color_scheme=look.scheme,
                java_script_enabled=script,
            )
            windows.callback(context.close)
            beyond = keep_here(context)
            windows.callback(_assert_none, beyond)
            context.set_default_timeout(TIMEOUT)
            page = context.new_page()
            if session:
                sign_in(page, session)
            return page

        yield opened


@pytest.fixture
def page(open_page: Open) -> Page:
    """A window of an English reader at a desk."""
    return open_page()


def sign_in(page: Page, session: str) -> None:
    """Give the window this session, as if it had signed in. Past Playwright, which writes no cookie
    of this prefix; by an address with TLS, since a browser believes `localhost` as much."""
    told = {"name": SESSION, "value": session, "url": "https://localhost/", "path": "/"}
    kept = {**told, "secure": True, "httpOnly": True, "sameSite": "Lax"}
    assert page.context.new_cdp_session(page).send("Network.setCookie", kept)["success"]


def _assert_none(beyond: list[str]) -> None:
    assert beyond == [], "the browser was asked to leave this machine"
