"""Names from the right, without spaces and in pictures stay whole and in their place."""

from __future__ import annotations

import re
import shutil
import subprocess

import pytest
from flask.testing import FlaskClient

from tests import readers
from tests.foreign_names import NAMES, foreign
from tests.integration.public.fake_registry import FakeRegistry
from tests.pdf import text_of

PAGE = "/p/tempus-serva"
ISOLATED = {name: f"\u2068{NAMES[name]}\u2069" for name in ("hebrew", "arabic")}


@pytest.fixture
def registry() -> FakeRegistry:
    return foreign()


def test_a_page_holds_each_name_in_its_own_direction(visitor: FlaskClient) -> None:
    html = visitor.get(f"{PAGE}?lang=de").text
    readers.html(html)
    assert all(f'dir="auto" href="{PAGE}/sub-processors/sub_{n}?lang=de">{name}<' in html
               for n, name in enumerate(NAMES.values()))  # fmt: skip
    assert all(f'<span lang="en">{name}</span>' in html for name in ISOLATED.values())


def test_a_sentence_about_such_a_name_keeps_the_order_of_the_page(visitor: FlaskClient) -> None:
    html = visitor.get(f"{PAGE}/changes/chg_1?lang=fr").text
    assert f"<h1>{NAMES['long']} remplace {ISOLATED['arabic']}</h1>" in html


def test_what_an_entry_says_stands_apart_from_the_words_beside_it(visitor: FlaskClient) -> None:
    html = visitor.get(f"{PAGE}/sub-processors/sub_1?lang=nl").text
    assert f"<dd><bdi>{NAMES['arabic']}</bdi></dd>" in html


def test_files_for_programs_hold_the_names_as_they_are(visitor: FlaskClient) -> None:
    for path, read in ((".csv", readers.sheet), (".json", readers.data)):
        text = visitor.get(PAGE + path).get_data(as_text=True)
        read(text)
        assert all(name in text for name in NAMES.values()), path


def test_feeds_and_calendars_hold_such_a_sentence(visitor: FlaskClient) -> None:
    said = f"{NAMES['long']} korvaa yrityksen {ISOLATED['arabic']}"
    for path, read in (("changes.atom", readers.xml), ("deadlines.ics", readers.calendar)):
        text = visitor.get(f"{PAGE}/{path}?lang=fi").get_data(as_text=True)
        read(text)
        assert said in text.replace("\r\n ", ""), path


def test_a_pdf_has_a_font_for_each_name_or_the_number_of_its_letters(visitor: FlaskClient) -> None:
    text = re.sub(r"\s", "", text_of(visitor.get(f"{PAGE}.pdf?lang=nb").data))
    for script in ("chinese", "japanese", "korean", "long"):
        assert NAMES[script].replace(" ", "") in text.replace("\u200b", ""), script
    assert "[U+" not in text


@pytest.mark.skipif(shutil.which("pdftotext") is None, reason="needs poppler-utils")
def test_no_name_leaves_the_paper(visitor: FlaskClient) -> None:
    body = visitor.get(f"{PAGE}.pdf?lang=nb").data
    command = [shutil.which("pdftotext") or "", "-bbox", "-", "-"]
    boxes = subprocess.run(command, input=body, capture_output=True, check=True).stdout.decode()
    right = [float(found) for found in re.findall(r'xMax="([\d.]+)"', boxes)]
    # A4 is 595.3 points wide, and its margin 62.4.
    assert max(right) < 595.3 - 62 + 1
