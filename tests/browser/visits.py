"""What is held of every page for people, whatever it says."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from playwright.sync_api import Page

from tests.browser.conftest import Open, sign_in
from tests.browser.looks import LANGUAGES, LOOKS, WIDTHS, Look, axe, overflow, picture, text_of

# Links, buttons and fields that a reader sees; of radio buttons one is reached, by arrows the rest.
STOPS = """() => [...document.querySelectorAll(
    'a[href], button, input:not([type=hidden]):not([type=radio]), textarea, select, summary')]
  .filter(each => each.checkVisibility() && !each.disabled && each.tabIndex >= 0).length"""
MARKED = """() => { const at = document.activeElement, style = getComputedStyle(at);
  if (at === document.body) return null;
  if (at.dataset.reached) return 'again';
  at.dataset.reached = 'yes';
  const shown = style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2;
  return (at.type === 'radio' ? 'radio ' : 'stop ') + (shown ? 'shown' : at.outerHTML); }"""


@dataclass(frozen=True)
class Visit:
    """A page that is ready to be opened. ``path``: its address; ``session``: whose it is; ``then``:
    what is pressed once it is open; ``says``: English words that it must show."""

    path: str
    says: str
    session: str = ""
    then: Callable[[Page], None] | None = None

    def open(self, page: Page, language: str) -> None:
        if self.session:
            sign_in(page, self.session)
        page.goto(f"{self.path}{'&' if '?' in self.path else '?'}lang={language}")
        if self.then:
            self.then(page)


def faults(name: str, page: Page, language: str) -> list[str]:
    """What is wrong with an open page, in every look; empty: nothing."""
    found = []
    if page.locator("html").get_attribute("lang") != language:
        found.append(f"{language}: the page says it is in another language")
    for look in LOOKS:
        look.at(page)
        picture(page, f"{name}-{language}-{look.name}")
        # By night nothing but colours differs.
        broken = axe(page, *(["color-contrast"] if look.dark else []))
        found += [f"{language} {look.name}: {each}" for each in broken]
    for width in WIDTHS:
        Look(width).at(page)
        if wide := overflow(page):
            found.append(f"{language} {width}: {wide} pixels too wide")
    return found


def faults_by_keyboard(page: Page) -> list[str]:
    """What the Tab key does not reach, or reaches without a mark."""
    wanted: int = page.evaluate(STOPS)
    reached: list[str] = []
    for _ in range(3 * wanted + 10):
        page.keyboard.press("Tab")
        at = page.evaluate(MARKED)
        if at is None or at == "again":
            break
        reached.append(at)
    stops = [each for each in reached if each.startswith("stop")]
    unmarked = [each for each in reached if not each.endswith(" shown")]
    short = [f"Tab reaches {len(stops)} of {wanted}"] if len(stops) != wanted else []
    return [*short, *(f"no mark on {each[:200]}" for each in unmarked)]


def check(name: str, make: Callable[[], Visit], opening: Open, once: bool = False) -> None:
    """Hold all of it of the page that ``make`` makes ready; ``once``: for each look anew, as what
    is pressed there can be pressed once only."""
    visit, page, plain, found = make(), opening(), opening(script=False), list[str]()
    for language in LANGUAGES:
        Look().at(page)
        visit.open(page, language)
        if language == "en":
            assert visit.says in text_of(page), text_of(page)
            found += faults_by_keyboard(page)
        found += faults(name, page, language)
        visit = make() if once else visit
    visit.open(plain, "en")
    assert visit.says in text_of(plain), "the page needs a script"
    assert found == []
