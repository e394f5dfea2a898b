"""A page bears its vendor's brand, stands in frames that the vendor names, and leads to nobody
else unless that is wanted."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from tests.integration.public.fake_registry import FakeRegistry
from tests.integration.public.test_page import PAGE, text


def test_the_agreement_is_on_the_first_screen(visitor: FlaskClient, registry: FakeRegistry) -> None:
    registry.page = {"agreement_url": "https://vendor.example/dpa"}
    html = visitor.get(f"{PAGE}?lang=en").text
    assert 'href="https://vendor.example/dpa"' in html.partition("</header>")[0]
    registry.page = {"agreement_url": "javascript:alert(1)", "revision": 2}
    assert "javascript:" not in visitor.get(f"{PAGE}?lang=en").text


def test_art28_is_not_named_where_the_vendor_does_not_want_it(
    visitor: FlaskClient, registry: FakeRegistry
) -> None:
    assert "Kept with Art28." in text(visitor, f"{PAGE}?lang=en")
    registry.page = {"show_mark": False, "show_other_registers": False, "revision": 2}
    html = visitor.get(f"{PAGE}?lang=en").text
    assert "Art28" not in html
    assert "mark.svg" not in html
    assert 'href="/"' not in html


@pytest.mark.parametrize(
    ("origins", "who"),
    [
        (["https://www.vendor.example", "https://vendor.example:8443"],
         "frame-ancestors https://www.vendor.example https://vendor.example:8443"),
        ([], "frame-ancestors 'none'"),
    ],
)  # fmt: skip
def test_only_the_pages_that_a_vendor_names_may_frame_its_list(
    visitor: FlaskClient, registry: FakeRegistry, origins: list[str], who: str
) -> None:
    registry.page = {"embed_origins": origins}
    frame = visitor.get(f"{PAGE}/embed?lang=en")
    assert frame.status_code == 200
    assert frame.headers["Content-Security-Policy"].endswith(who)
    assert "Amazon Web Services" in frame.text
    assert "<header" not in frame.text
    assert '<base target="_blank">' in frame.text
    page = visitor.get(PAGE).headers["Content-Security-Policy"]
    assert page.endswith("frame-ancestors 'none'")


def test_a_frame_can_be_narrowed_as_the_page_can(visitor: FlaskClient) -> None:
    frame = visitor.get(f"{PAGE}/embed?lang=en&country=IE").text
    assert "Amazon Web Services" in frame
    assert "Google LLC" not in frame.partition("<tbody")[2]


@pytest.mark.parametrize(
    "path", [".json", ".csv", ".jsonld", "/changes.json", "/changes.atom", "/deadlines.ics",
             "/schema.json", "/ledger.jsonl", "/checkpoints.json"]
)  # fmt: skip
def test_scripts_of_other_pages_may_read_what_is_made_for_programs(
    visitor: FlaskClient, path: str
) -> None:
    assert visitor.get(PAGE + path).headers["Access-Control-Allow-Origin"] == "*"
    assert "Access-Control-Allow-Origin" not in visitor.get(PAGE).headers


def test_a_refusal_for_a_program_can_be_read_by_its_script(visitor: FlaskClient) -> None:
    answer = visitor.get("/p/nobody.json")
    assert answer.status_code == 404
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
