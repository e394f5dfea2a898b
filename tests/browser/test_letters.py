"""Every letter as a mail program shows it: by day and by night, on a phone and at a desk."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from services.notices.channels.email.compose import html_of
from services.notices.letters import LANGUAGES, letter_of
from tests.browser.chromium import keep_here
from tests.browser.looks import Look, axe, overflow, picture
from tests.letter_cases import ADDRESS, ANSWER, CASES, Case

pytestmark = [pytest.mark.browser, pytest.mark.slow]

NARROW, PHONE, DESK = 320, 360, 800
LOOKS = (Look(PHONE), Look(DESK), Look(DESK, dark=True))
# A letter is no page of ours: its landmarks are its mail program's.
RULES = ("color-contrast", "html-has-lang", "html-lang-valid", "link-name", "image-alt",
         "link-in-text-block", "list", "listitem", "empty-heading", "heading-order")  # fmt: skip


@pytest.fixture(scope="module")
def reader(chromium: Browser) -> Iterator[Page]:
    """One window for all letters, which fetches nothing: a letter has all of its looks inside."""
    context = chromium.new_context()
    beyond = keep_here(context)
    yield context.new_page()
    context.close()
    assert beyond == []


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_letter_can_be_read_by_anybody_in_any_window(case: Case, reader: Page) -> None:
    for language in sorted(LANGUAGES):
        url = ANSWER if case.by_link else ""
        reader.set_content(html_of(letter_of(case.kind, language, case.body, url, ADDRESS)))
        for look in LOOKS:
            look.at(reader)
            picture(reader, f"letter-{case.name}-{language}-{look.name}")
            # Colours and structure are the same in every language.
            found = axe(reader, *RULES) if language == "en" and look.width == DESK else []
            assert found == [], look.name
        Look(NARROW).at(reader)
        assert overflow(reader) == 0, language
