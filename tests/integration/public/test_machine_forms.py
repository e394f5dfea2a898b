"""What programs read of a register: feeds, files, and what crawlers look for."""

from __future__ import annotations

import json
import re
from xml.etree import ElementTree as ET

import pytest
from flask.testing import FlaskClient

from services.public.app import create_app
from services.public.settings import Settings
from tests.integration.public.conftest import NOW, settings
from tests.integration.public.fake_registry import FakeDocuments, FakeRegistry
from tests.integration.public.test_page import PAGE

ATOM = "{http://www.w3.org/2005/Atom}"


def test_a_feed_says_what_is_modified_and_what_it_was_before(visitor: FlaskClient) -> None:
    feed = json.loads(visitor.get(f"{PAGE}/changes.json?lang=en").text)
    amazon = next(one for one in feed["items"] if one["id"] == "chg_aws")
    line = next(one for one in amazon["content_text"].split("\n") if "→" in one)
    assert line.startswith("Places and transfer basis: Ireland (storage) – Stays in the EEA; ")
    assert re.search(r"Not valid → Ireland .* Paperwork incomplete", line)


def test_the_day_of_a_feed_moves_when_a_change_is_withdrawn(
    visitor: FlaskClient, registry: FakeRegistry
) -> None:
    def updated() -> str | None:
        return ET.fromstring(visitor.get(f"{PAGE}/changes.atom").text).findtext(f"{ATOM}updated")

    before = updated()
    over = {"status": "withdrawn", "ended_at": "2026-11-22T13:30:00.000Z"}
    registry.all_changes = [{**registry.all_changes[0], **over}, *registry.all_changes[1:]]
    registry.sequence += 1
    assert (before, updated()) == (
        "2026-11-22T13:00:00+00:00",
        "2026-11-22T13:30:00+00:00",
    )


def test_a_summary_is_html_whose_lines_stay_apart(visitor: FlaskClient) -> None:
    entry = ET.fromstring(visitor.get(f"{PAGE}/changes.atom?lang=en").text).find(f"{ATOM}entry")
    assert entry is not None
    summary = entry.find(f"{ATOM}summary")
    assert summary is not None
    assert summary.attrib["type"] == "html"
    assert "<br>" in str(summary.text)


def test_a_spreadsheet_gets_its_mark_only_where_it_is_asked_for(visitor: FlaskClient) -> None:
    mark = b"\xef\xbb\xbf"
    assert visitor.get(f"{PAGE}.csv?bom=1").data.startswith(mark)
    assert visitor.get(f"{PAGE}.csv?bom=1").data[3:] == visitor.get(f"{PAGE}.csv").data


def test_linked_days_are_typed_and_no_dead_basis_is_a_legal_basis(visitor: FlaskClient) -> None:
    graph = json.loads(visitor.get(f"{PAGE}.jsonld?lang=en").text)
    google = graph["dpv:hasDataProcessor"][-1]
    assert google["schema:legalName"] == "Google LLC"
    assert google["schema:validFrom"] == {"@value": "2018-05-25", "@type": "xsd:date"}
    (shield,) = google["dpv:hasStorageCondition"][0]["art28:transfer"]
    assert "dpv:hasLegalBasis" not in shield
    assert shield["art28:endedOn"] == {"@value": "2020-07-16", "@type": "xsd:date"}


@pytest.mark.parametrize("path", ["", "/changes", "/changes/chg_aws", "/versions"])
def test_a_page_names_itself_and_its_languages(visitor: FlaskClient, path: str) -> None:
    html = visitor.get(f"{PAGE}{path}?lang=da").text
    own = f"https://register.example{PAGE}{path}"
    assert f'<link rel="canonical" href="{own}?lang=da">' in html
    assert f'<link rel="alternate" hreflang="sv" href="{own}?lang=sv">' in html
    assert f'<meta property="og:url" content="{own}">' in html
    (described,) = re.findall(r'<meta name="description" content="([^"]+)">', html)
    assert "Tempus Serva ApS" in described or "Amazon Web Services" in described


def test_a_search_is_not_for_crawlers(visitor: FlaskClient) -> None:
    html = visitor.get(f"{PAGE}?q=mail").text
    assert '<meta name="robots" content="noindex">' in html
    assert "canonical" not in html


def test_crawlers_find_every_page_in_its_languages(
    visitor: FlaskClient, registry: FakeRegistry
) -> None:
    registry.page = {"languages": ["en", "da"]}
    assert "Sitemap: https://register.example/sitemap.xml" in visitor.get("/robots.txt").text
    site = ET.fromstring(visitor.get("/sitemap.xml").text)
    url = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
    assert [one.findtext(f"{url}loc") for one in site] == [
        f"https://register.example{PAGE}{page}" for page in ("", "/changes", "/versions")
    ]
    assert site[0].findtext(f"{url}lastmod") == "2026-11-20"
    assert len(site[0]) == 4


def test_whom_to_tell_of_a_weakness_is_said_where_the_operator_names_somebody(
    visitor: FlaskClient,
) -> None:
    assert visitor.get("/.well-known/security.txt").status_code == 404
    named = Settings(settings().common, 0.0, "mailto:security@operator.example")
    app = create_app(named, registry=FakeRegistry(), documents=FakeDocuments(), now=lambda: NOW)
    told = app.test_client().get("/.well-known/security.txt").text
    assert "Contact: mailto:security@operator.example\n" in told
    assert "Expires: 2027-05-21T00:00:00Z\n" in told


@pytest.mark.parametrize("contact", ["security", "javascript:1", "mailto:a@b.example\nX: 1"])
def test_a_contact_that_is_no_address_is_refused_at_the_start(
    monkeypatch: pytest.MonkeyPatch, contact: str
) -> None:
    monkeypatch.setenv("ART28_SECURITY_CONTACT", contact)
    with pytest.raises(Exception, match="ART28_SECURITY_CONTACT"):
        Settings.from_env()
