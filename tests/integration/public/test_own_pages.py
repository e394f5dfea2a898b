"""A change, an entry that has ended, a version and a former day have addresses that stay."""

from __future__ import annotations

import re

import pytest
from flask.testing import FlaskClient

from tests.integration.public.fake_registry import FakeRegistry, change, entry
from tests.integration.public.test_page import PAGE, text


def test_a_change_has_a_page_that_the_list_and_the_feeds_lead_to(visitor: FlaskClient) -> None:
    assert f'href="{PAGE}/changes/chg_aws?lang=en"' in visitor.get(f"{PAGE}?lang=en").text
    assert f"{PAGE}/changes/chg_aws" in visitor.get(f"{PAGE}/changes.atom").text
    page = text(visitor, f"{PAGE}/changes/chg_aws?lang=en")
    assert re.search(r"Before After .* Not valid .* Paperwork incomplete", page)
    assert "Effective day 15 January 2027" in page
    assert "urn:art28:change:chg_aws" in page


@pytest.mark.parametrize("change_id", ["chg_draft", "chg_none"])
def test_what_was_never_announced_has_no_page(visitor: FlaskClient, change_id: str) -> None:
    assert visitor.get(f"{PAGE}/changes/{change_id}").status_code == 404


@pytest.mark.parametrize(
    ("language", "says"),
    [("en", "No longer used since 1 March 2026."), ("da", "Bruges ikke længere siden 1. marts"),
     ("sv", "Anlitas inte längre sedan den 1 mars 2026.")],
)  # fmt: skip
def test_an_entry_that_has_ended_says_so_and_stays(
    visitor: FlaskClient, language: str, says: str
) -> None:
    page = text(visitor, f"{PAGE}/sub-processors/sub_gammel?lang={language}")
    assert says in page


def test_an_entry_that_comes_says_from_when(visitor: FlaskClient) -> None:
    page = text(visitor, f"{PAGE}/sub-processors/sub_postvogn?lang=en")
    assert "Announced; used from 24 December 2026 at the earliest." in page


def test_an_entry_has_its_chain_and_its_history(visitor: FlaskClient) -> None:
    page = text(visitor, f"{PAGE}/sub-processors/sub_nordlys?lang=en")
    assert re.search(r"Chain Tempus Serva ApS → Amazon Web Services → Nordlys Drift ApS", page)
    assert "changes/chg_aws" in visitor.get(f"{PAGE}/sub-processors/sub_amazon?lang=en").text


def test_a_replacement_names_who_comes_after_whom(
    visitor: FlaskClient, registry: FakeRegistry
) -> None:
    old, new = entry("Old ApS"), entry("New ApS")
    registry.all_changes = [change("chg_r", "replace", "in_effect", 9, previous=old,
                                   sub_processor=new, effective_on="2026-05-01")]  # fmt: skip
    registry.entries = [new]
    assert "Replaced by New ApS" in text(visitor, f"{PAGE}/sub-processors/sub_old?lang=en")
    assert "Replaces Old ApS" in text(visitor, f"{PAGE}/sub-processors/sub_new?lang=en")


def test_differences_have_day_place_basis_and_link(visitor: FlaskClient) -> None:
    path = f"{PAGE}/diff?lang=en&from=2026-01-01&to=2026-12-31"
    page = text(visitor, path)
    assert re.search(r"24 December 2026 Added: Postvogn Inc\. United States ✓ Allowed", page)
    assert f'href="{PAGE}/changes/chg_mail?lang=en"' in visitor.get(path).text


def test_versions_are_whole_numbers_whose_addresses_stay(visitor: FlaskClient) -> None:
    page = text(visitor, f"{PAGE}/versions?lang=en")
    assert re.search(r"Version 2: from 1 March 2026 .* Version 1: from 1 January 2026", page)
    one = visitor.get(f"{PAGE}/v/1?lang=en")
    assert "as it was on 1 January 2026" in one.text
    assert one.headers["Memento-Datetime"] == "Thu, 01 Jan 2026 00:00:00 GMT"
    assert visitor.get(f"{PAGE}/v/2.json").json["as_of"] == "2026-03-01"  # type: ignore[index]
    assert visitor.get(f"{PAGE}/v/3").status_code == visitor.get(f"{PAGE}/v/0").status_code == 404


@pytest.mark.parametrize(
    ("wanted", "day"),
    [
        ("Sun, 01 Feb 2026 12:00:00 GMT", "2026-02-01"),
        ("Thu, 31 May 2007 20:35:00 GMT", "2026-01-01"),  # Nothing is older.
        ("Thu, 31 May 2057 20:35:00 GMT", "2026-11-22"),
        (None, "2026-11-22"),
    ],
)
def test_a_client_of_mementos_finds_the_day_that_it_asks_for(
    visitor: FlaskClient, wanted: str | None, day: str
) -> None:
    original = visitor.get(PAGE).headers["Link"]
    assert 'rel="timegate"' in original
    headers = {"Accept-Datetime": wanted} if wanted else {}
    answer = visitor.get(f"{PAGE}/timegate", headers=headers)
    assert answer.status_code == 302
    assert answer.headers["Location"].endswith(f"{PAGE}?as_of={day}")
    assert answer.headers["Vary"] == "Accept-Datetime"
    past = visitor.get(f"{PAGE}?as_of=2026-02-01").headers
    assert past["Memento-Datetime"] == "Sun, 01 Feb 2026 00:00:00 GMT"
    assert 'rel="original"' in past["Link"]


def test_a_time_that_is_none_is_refused(visitor: FlaskClient) -> None:
    answer = visitor.get(f"{PAGE}/timegate", headers={"Accept-Datetime": "yesterday"})
    assert answer.status_code == 400


def test_the_timemap_lists_every_version(visitor: FlaskClient) -> None:
    answer = visitor.get(f"{PAGE}/timemap")
    assert answer.content_type == "application/link-format"
    assert '/v/1>; rel="first memento"; datetime="Thu, 01 Jan 2026 00:00:00 GMT"' in answer.text
    assert '/v/2>; rel="last memento"' in answer.text
