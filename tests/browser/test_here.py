"""The browser itself: it stays on this machine, and windows share nothing; the rulers can fail."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.chromium import keep_here
from tests.browser.conftest import Open
from tests.browser.looks import axe, overflow
from tests.stack import Stack

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_a_request_beyond_this_machine_is_refused_and_noted(chromium: Browser) -> None:
    context = chromium.new_context()
    beyond = keep_here(context)
    page = context.new_page()
    page.set_content('<img src="http://192.0.2.1/a.png"><img src="https://art28.example/b.png">')
    page.wait_for_load_state("networkidle")
    context.close()
    assert sorted(beyond) == ["http://192.0.2.1/a.png", "https://art28.example/b.png"]


def test_the_session_of_one_window_is_not_that_of_another(open_page: Open, stack: Stack) -> None:
    first, second = open_page(), open_page()
    for page in (first, second):
        page.goto("/sign-in")
    names = [{kept["name"] for kept in page.context.cookies()} for page in (first, second)]
    assert names == [{"__Host-art28-form"}] * 2
    values = {page.context.cookies()[0]["value"] for page in (first, second)}
    assert len(values) == 2


def test_axe_and_the_ruler_can_fail(page: Page) -> None:
    page.set_content('<p style="color: #aaa; width: 3000px">grey</p><img src="data:,">')
    assert overflow(page) > 0
    assert {found.partition(":")[0] for found in axe(page)} >= {"color-contrast", "image-alt"}
