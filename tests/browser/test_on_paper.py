"""What a lawyer who prints the page of a link holds: the whole of it, black on white, no button."""

from __future__ import annotations

from unicodedata import normalize

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import Open
from tests.browser.looks import PAPER, Look, text_of
from tests.integration.portal.answers_by_link import PostOffice, mailed_customer
from tests.integration.portal.test_sign import Offered
from tests.pdf import text_of as text_of_pdf
from tests.vendor import Vendor

pytestmark = [pytest.mark.browser, pytest.mark.slow]

PRESSED = "button, summary, input, textarea, select, nav, .go"


@pytest.fixture
def paper(open_page: Open) -> Page:
    """By night, for what is printed then is no darker."""
    return open_page(look=Look(PAPER, dark=True))


def printed(page: Page, path: str) -> str:
    """What stands on the sheets, without line breaks."""
    page.goto(f"{path}?lang=en")
    page.emulate_media(media="print", color_scheme="dark")
    sheets = text_of_pdf(page.pdf(format="A4", print_background=True))
    # Without ligatures.
    return " ".join(normalize("NFKC", sheets).split())


def assert_nothing_to_press(page: Page) -> None:
    assert [each.inner_text() for each in page.locator(PRESSED).all() if each.is_visible()] == []


def assert_black_on_white(page: Page) -> None:
    """And what has a colour of its own, in the one of the day."""
    colours = "e => [getComputedStyle(e).color, getComputedStyle(e).backgroundColor]"
    assert page.locator("html").evaluate(colours) == ["rgb(0, 0, 0)", "rgb(255, 255, 255)"]
    link = "getComputedStyle(document.documentElement).getPropertyValue('--link')"
    assert page.evaluate(link) == "#0b5a75"


def test_a_notice_is_printed_whole(baseline: Vendor, mails: PostOffice, paper: Page) -> None:
    customer = mailed_customer(baseline)
    drafts = [baseline.draft(60) for _ in range(3)]
    ids = [each["id"] for each in drafts]
    baseline.must("POST", "/changes/announce", {"change_ids": ids})
    mails.run()
    sheets = printed(paper, mails.link_to(customer["ida"]).path)

    facts = paper.locator("h1, h2, h3, dt, dd, li, th, td")
    told = [each.inner_text() for each in facts.all() if each.is_visible()]
    told = [normalize("NFKC", each) for each in told]
    assert len(told) > 30
    assert [each for each in told if " ".join(each.split()) not in sheets] == []
    assert_nothing_to_press(paper)
    assert_black_on_white(paper)


def test_an_offer_is_printed_whole(baseline: Vendor, mails: PostOffice, paper: Page) -> None:
    offered = Offered(baseline, mails)
    sheets = printed(paper, offered.page.path)

    told = text_of(paper)
    assert offered.hash_shown() in sheets.replace(" ", "")
    assert baseline.must("GET", "")["legal_name"] in told
    assert_nothing_to_press(paper)
    assert_black_on_white(paper)
