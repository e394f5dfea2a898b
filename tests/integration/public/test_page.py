"""The page as a visitor meets it."""

from __future__ import annotations

import json
import re

import pytest
from flask.testing import FlaskClient

from tests.integration.public.fake_registry import FakeRegistry, entry

PAGE = "/p/tempus-serva"


def text(visitor: FlaskClient, path: str, **headers: str) -> str:
    answer = visitor.get(path, headers=headers)
    assert answer.status_code == 200, answer.text
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.text))


def test_it_works(visitor: FlaskClient) -> None:
    page = text(visitor, f"{PAGE}?lang=en")
    assert "3 companies help Tempus Serva ApS to process" in page
    assert "Amazon Web Services" in page


@pytest.mark.parametrize(
    ("language", "says"),
    [("en", "EU–US Privacy Shield: ended on 16 July 2020 by the Court of Justice of the EU"),
     ("da", "EU–US Privacy Shield: ophørte den 16. juli 2020 ved dom fra EU-Domstolen, C-311/18"),
     ("sv", "EU–US Privacy Shield: upphörde att gälla den 16 juli 2020 genom EU-domstolens dom")],
)  # fmt: skip
def test_privacy_shield_is_told_as_ended(visitor: FlaskClient, language: str, says: str) -> None:
    assert says in text(visitor, f"{PAGE}?lang={language}")


def test_a_verdict_is_told_in_words_with_reason_and_citation(visitor: FlaskClient) -> None:
    page = text(visitor, f"{PAGE}?lang=en")
    assert "No legal basis named here can carry this transfer." in page
    assert "Ended on 2020-07-16 by C-311/18, without a grace period." in page
    assert "GDPR Art. 45" in page


def test_a_coming_change_is_shown_with_its_day_but_not_yet_in_the_list(
    visitor: FlaskClient,
) -> None:
    html = visitor.get(f"{PAGE}?lang=en").text
    coming, table = html.split('<section aria-labelledby="list">')
    assert "New sub-processor: Postvogn Inc." in coming
    assert "24 December 2026" in coming
    assert "in 32 days" in coming
    assert "Postvogn" not in table.split("</table>")[0]


def test_the_list_on_the_effective_day_holds_the_new_entry(visitor: FlaskClient) -> None:
    html = visitor.get(f"{PAGE}?lang=en&as_of=2026-12-24").text
    assert "as it will be on 24 December 2026" in html
    assert "Postvogn" in html.split('<section aria-labelledby="list">')[1].split("</table>")[0]


def test_a_modification_tells_before_and_after(visitor: FlaskClient) -> None:
    page = text(visitor, f"{PAGE}/changes?lang=en")
    assert "Amazon Web Services changes" in page
    assert re.search(r"Before After .* Not valid .* Paperwork incomplete", page)


@pytest.mark.parametrize(
    ("narrow", "shown", "hidden"),
    [("country=IE", "Amazon", "Google LLC"), ("category=calendar", "Google LLC", "Nordlys"),
     ("q=HOSTS+the", "Amazon", "Google LLC")],
)  # fmt: skip
def test_the_list_can_be_narrowed(
    visitor: FlaskClient, narrow: str, shown: str, hidden: str
) -> None:
    html = visitor.get(f"{PAGE}?lang=en&{narrow}").text
    table = html.split("<tbody", 1)[1].split("</table>")[0]
    names = " ".join(re.findall(r'class="name"[^>]*>([^<]+)<', table))
    assert shown in names
    assert hidden not in names


def test_drafts_are_never_shown(visitor: FlaskClient) -> None:
    for path in (PAGE, f"{PAGE}/changes", f"{PAGE}/changes.atom", f"{PAGE}/changes.json"):
        assert "Draft Secret" not in visitor.get(path).text


def test_the_history_tells_withdrawn_changes(visitor: FlaskClient) -> None:
    page = text(visitor, f"{PAGE}/changes?lang=sv")
    assert "Återkallat: Nytt underbiträde: Hastværk Ltd" in page
    assert "Gammel Post ApS anlitas inte längre" in page


def test_two_days_can_be_compared(visitor: FlaskClient) -> None:
    page = text(visitor, f"{PAGE}/diff?lang=da&from=2026-01-01&to=2026-12-31")
    assert "Tilføjet: Postvogn Inc." in page
    assert "Luxembourg" in page
    assert "Listen er den samme" in text(
        visitor, f"{PAGE}/diff?lang=da&from=2026-01-01&to=2026-01-01"
    )


def test_an_entry_has_its_own_page(visitor: FlaskClient) -> None:
    page = text(visitor, f"{PAGE}/sub-processors/sub_postvogn?lang=en&as_of=2026-12-24")
    assert "Listed participant: Postvogn Inc." in page
    assert "Module 3 (processor to processor)" in page
    assert visitor.get(f"{PAGE}/sub-processors/sub_none").status_code == 404


def test_an_entry_without_a_place_says_so(visitor: FlaskClient, registry: FakeRegistry) -> None:
    registry.entries = [entry("Backup provider", country=None)]
    assert "No place is stated. Ask Tempus Serva ApS" in text(visitor, f"{PAGE}?lang=en")


def test_an_empty_register_is_still_a_page(visitor: FlaskClient, registry: FakeRegistry) -> None:
    registry.entries, registry.all_changes = [], []
    page = text(visitor, f"{PAGE}?lang=en")
    assert "No other company helps Tempus Serva ApS" in page
    assert "No sub-processor is on the list." in page
    assert "No change is announced." in page
    for suffix in (".json", ".csv", ".jsonld", ".pdf", "/changes.atom", "/deadlines.ics"):
        assert visitor.get(PAGE + suffix).status_code == 200


def test_names_are_text_and_not_markup(visitor: FlaskClient, registry: FakeRegistry) -> None:
    registry.entries = [entry("<script>alert(1)</script> & {x}", purpose={"en": "{0} <b>"})]
    html = visitor.get(f"{PAGE}?lang=en").text
    assert "<script" not in html
    assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp; {x}" in html
    assert visitor.get(f"{PAGE}.pdf").status_code == 200


def test_only_web_addresses_become_links(visitor: FlaskClient) -> None:
    assert "javascript:" not in visitor.get(f"{PAGE}?lang=en").text


def test_the_start_page_lists_the_registers(visitor: FlaskClient) -> None:
    assert 'href="/p/tempus-serva?lang=da"' in visitor.get("/?lang=da").text


def test_the_documents_of_the_services_are_readable(visitor: FlaskClient) -> None:
    assert "/docs/registry" in visitor.get("/docs").text
    page = text(visitor, "/docs/registry?lang=en")
    assert "POST /registry/v1/things" in page
    assert "[string (date)]" in page
    assert visitor.get("/docs/elsewhere").status_code == 404


def test_what_the_vendor_has_not_stated_is_shown_so_and_not_as_no(visitor: FlaskClient) -> None:
    page = text(visitor, f"{PAGE}?lang=en")
    assert "Not stated: use of AI, whether it is of the same group" in page
    details = text(visitor, f"{PAGE}/sub-processors/sub_nordlys?lang=en")
    assert "Use of AI not stated" in details
    assert "Required for the service Yes (stated on 1 March 2026)" in details
    assert ",not_stated,not_stated," in visitor.get(f"{PAGE}.csv").text
    linked = json.loads(visitor.get(f"{PAGE}.jsonld").text)["dpv:hasDataProcessor"]
    assert [each.get("art28:aiUse") for each in linked] == [None, "none", "not_stated", "none"]
