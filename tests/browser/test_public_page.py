"""A visitor reads a vendor's page: what is on the first screen, and that each question is answered,
in every language, on a phone and at a desk, with and without script."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest
from playwright.sync_api import Browser, Page

from services.public.app import create_app
from services.public.catalogue import LANGUAGES as OFFERED
from tests.browser.chromium import keep_here
from tests.browser.looks import DESK, LANGUAGES, LOOKS, WIDER_PHONE, WIDTHS, Look, axe, overflow
from tests.browser.looks import picture as kept_picture
from tests.foreign_names import foreign
from tests.integration.public.conftest import NOW, settings
from tests.integration.public.fake_registry import FakeDocuments
from tests.long_list import LongRegistry
from tests.serving import serving

pytestmark = [pytest.mark.browser, pytest.mark.slow]
Visit = Callable[..., Page]
LIST = "/p/tempus-serva"
PAGES = ("", "/changes", "/changes/chg_b", "/sub-processors/sub_9", "/versions",
         "/diff?from=2026-01-01&to=2027-12-31", "?outside_eea=1&sort=verdict",
         "/subscriptions", "/subscriptions/confirm/x", "/subscriptions/x")  # fmt: skip
TOP = "element => Math.round(element.getBoundingClientRect().top + scrollY)"


@pytest.fixture(scope="module")
def origin() -> Iterator[str]:
    app = create_app(
        settings(), registry=LongRegistry(), documents=FakeDocuments(), now=lambda: NOW
    )
    with serving(app) as address:
        yield f"http://localhost:{address.rpartition(':')[2]}"


@pytest.fixture
def visit(chromium: Browser, origin: str) -> Iterator[Visit]:
    """Opens a page of the vendor: by its path, in a language and a look, with or without script."""
    with ExitStack() as windows:

        def opened(
            path: str = "", language: str = "en", look: Look | None = None, script: bool = True
        ) -> Page:
            look = look or Look()
            context = chromium.new_context(
                base_url=origin,
                viewport={"width": look.width, "height": 900},
                color_scheme=look.scheme,
                java_script_enabled=script,
            )
            windows.callback(context.close)
            keep_here(context)
            page = context.new_page()
            mark = "&" if "?" in path else "?"
            answer = page.goto(f"{LIST}{path}{mark}lang={language}")
            assert answer is not None
            assert answer.status == 200
            return page

        yield opened


def first_row(page: Page) -> int:
    top: int = page.locator(".list tbody tr").first.evaluate(TOP)
    return top


def height(page: Page) -> int:
    pixels: int = page.evaluate("document.documentElement.scrollHeight")
    return pixels


def names(page: Page) -> list[str]:
    return page.locator(".list .name").all_inner_texts()


@pytest.mark.parametrize("language", OFFERED)
@pytest.mark.parametrize(("width", "row", "page_height"), [(DESK, 800, 3600), (390, 1200, 8500)])
def test_the_first_row_and_the_end_of_the_page_are_near(
    visit: Visit, language: str, width: int, row: int, page_height: int
) -> None:
    page = visit(language=language, look=Look(width))
    assert first_row(page) <= row
    assert height(page) <= page_height


@pytest.mark.parametrize("width", [DESK, WIDER_PHONE])
def test_who_hears_of_changes_finds_the_way_on_the_first_screen(visit: Visit, width: int) -> None:
    page = visit(look=Look(width))
    links = page.locator("a[href='#subscribe'], .hear h2").filter(visible=True)
    assert int(links.first.evaluate(TOP)) < 844


@pytest.mark.parametrize("path", PAGES)
def test_no_page_scrolls_sideways(visit: Visit, path: str) -> None:
    found = {}
    for language in OFFERED:
        page = visit(path, language)
        for width in WIDTHS:
            Look(width).at(page)
            if overflow(page) > 0:
                found[language, width] = overflow(page)
    assert found == {}


@pytest.mark.parametrize("width", WIDTHS)
def test_no_name_is_too_long_for_a_page(chromium: Browser, width: int) -> None:
    app = create_app(settings(), registry=foreign(), documents=FakeDocuments(), now=lambda: NOW)
    with serving(app) as address, chromium.new_context() as context:
        keep_here(context)
        page = context.new_page()
        Look(width).at(page)
        for path in ("", "/sub-processors/sub_8", "/changes/chg_1", "/embed"):
            page.goto(f"http://localhost:{address.rpartition(':')[2]}{LIST}{path}")
            assert overflow(page) <= 0, path


@pytest.mark.parametrize("look", LOOKS, ids=[look.name for look in LOOKS])
@pytest.mark.parametrize("path", PAGES)
def test_axe_finds_nothing(visit: Visit, path: str, look: Look) -> None:
    page = visit(path, look=look)
    page.evaluate("for (const one of document.querySelectorAll('details')) one.open = true")
    assert axe(page) == []
    kept_picture(page, f"public-{re.sub('[^a-z0-9]+', '-', path) or 'list'}-{look.name}")


@pytest.mark.parametrize("script", [True, False], ids=["with script", "without script"])
@pytest.mark.parametrize(
    ("language", "search", "show", "word"),
    [("en", "Search and filter", "Show", "philippines"),
     ("da", "Søg og filtrér", "Vis", "filippin"),
     ("sv", "Sök och filtrera", "Visa", "filippin")],
)  # fmt: skip
def test_a_visitor_finds_a_country_by_its_name(
    visit: Visit, language: str, search: str, show: str, word: str, script: bool
) -> None:
    page = visit(language=language, script=script)
    page.get_by_text(search, exact=True).click()
    page.locator("#q").fill(word)
    page.get_by_role("button", name=show, exact=True).click()
    assert names(page) == ["Manila Support Services Inc."]
    assert "q=" + word in page.url


@pytest.mark.parametrize("script", [True, False], ids=["with script", "without script"])
def test_a_visitor_sees_its_product_and_what_leaves_the_eea(visit: Visit, script: bool) -> None:
    page = visit(script=script)
    page.get_by_role("link", name="Voice", exact=True).click()
    of_product = names(page)
    assert 0 < len(of_product) < 29
    page.get_by_label("Outside the EEA only").check()
    page.get_by_role("button", name="Show", exact=True).click()
    assert 0 < len(names(page)) < len(of_product)
    assert "product=Voice" in page.url
    again = visit("?" + page.url.partition("?")[2].replace("lang=en&", ""))
    assert names(again) == names(page)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_sum_of_the_first_sentence_leads_to_what_it_counts(visit: Visit, language: str) -> None:
    page = visit(language=language, script=False)
    page.locator(".lede a[href*='verdict=unproven']").click()
    assert names(page) == ["Blue Whale Analytics Ltd.", "Manila Support Services Inc."]


def test_a_visitor_opens_a_row_and_then_the_whole_entry(visit: Visit) -> None:
    page = visit(script=False)
    row = page.locator(".list tbody tr", has_text="Blue Whale")
    row.locator("summary").click()
    assert "No record of the edition of the clauses." in row.inner_text()
    row.locator(".name").click()
    assert page.locator("h1").inner_text() == "Blue Whale Analytics Ltd."


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_visitor_reads_what_a_change_changes(visit: Visit, language: str) -> None:
    page = visit(language=language, script=False)
    page.locator(".coming a[href*='chg_b']").click()
    assert page.locator("h1").inner_text().startswith("Tallinn Translate OÜ: ")
    assert page.locator(".diff tbody tr").count() == 2


def test_on_paper_the_map_and_all_rows_are_there_and_no_form(visit: Visit) -> None:
    page = visit()
    page.emulate_media(media="print")
    assert page.locator(".map svg").is_visible()
    assert not page.locator(".narrow").is_visible()
    assert page.locator(".list tbody tr").count() == 29
