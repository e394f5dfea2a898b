"""The exports and feeds are what their standards say."""

from __future__ import annotations

import csv
import io
import json
import re
from xml.etree import ElementTree as ET

import pytest
from flask.testing import FlaskClient

from services.public import catalogue
from tests import seals
from tests.integration.public.fake_registry import FakeRegistry, entry
from tests.pdf import text_of

PAGE = "/p/tempus-serva"
ATOM = "{http://www.w3.org/2005/Atom}"


def test_it_works(visitor: FlaskClient) -> None:
    export = visitor.get(f"{PAGE}.json").get_json()
    assert export["processor"]["slug"] == "tempus-serva"
    assert export["as_of"] == "2026-11-22"
    assert [one["legal_name"] for one in export["items"]] == [
        "Amazon Web Services", "Nordlys Drift ApS", "Google LLC",
    ]  # fmt: skip
    assert export["items"][2]["locations"][0]["verdict"]["status"] == "invalid"


def test_the_export_keeps_its_own_schema(visitor: FlaskClient) -> None:
    jsonschema_rs = pytest.importorskip("jsonschema_rs")
    schema = visitor.get(f"{PAGE}/schema.json").get_json()
    valid = jsonschema_rs.validator_for(schema).is_valid
    export = visitor.get(f"{PAGE}.json?as_of=2026-12-24").get_json()
    assert valid(export)
    export["items"][0]["contact"] = {"name": "somebody"}
    assert not valid(export)


def test_csv_narrows_as_the_page_does(visitor: FlaskClient) -> None:
    answer = visitor.get(f"{PAGE}.csv?country=IE")
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    assert {row["legal_name"] for row in rows} == {"Amazon Web Services"}
    assert answer.content_type.startswith("text/csv")
    assert 'filename="tempus-serva-2026-11-22.csv"' in answer.headers["Content-Disposition"]


def test_linked_data_names_roles_places_and_legal_bases(visitor: FlaskClient) -> None:
    graph = json.loads(visitor.get(f"{PAGE}.jsonld?as_of=2026-12-24").text)
    processor, *others = graph["dpv:hasDataProcessor"]
    assert processor["@type"] == "dpv:DataProcessor"
    assert {one["@type"] for one in others} == {"dpv:DataSubProcessor"}
    postvogn = next(one for one in others if one["schema:legalName"] == "Postvogn Inc.")
    transfers = postvogn["dpv:hasStorageCondition"][0]["art28:transfer"]
    assert [one["dpv:hasLegalBasis"]["@id"] for one in transfers] == [
        "eu-gdpr:A45-3", "eu-gdpr:A46-2-c",
    ]  # fmt: skip
    prefixes = set(re.findall(r'"(?:@id|@type)?"?: ?"([a-z0-9-]+):', json.dumps(others)))
    assert prefixes - {"https", "http"} <= graph["@context"].keys()


@pytest.mark.parametrize(("as_of", "coming"), [("2026-12-23", True), ("2026-12-24", False)])
def test_the_pdf_of_a_day_to_come_calls_nothing_coming_that_its_list_holds(
    visitor: FlaskClient, as_of: str, coming: bool
) -> None:
    text = text_of(visitor.get(f"{PAGE}.pdf?lang=en&as_of={as_of}").data)
    assert ("New sub-processor: Postvogn Inc." in text) is coming
    assert "Amazon Web Services changes" in text


@pytest.mark.parametrize("language", ["en", "da", "sv"])
def test_the_pdf_is_archivable_tagged_and_the_same_each_time(
    visitor: FlaskClient, language: str
) -> None:
    first = visitor.get(f"{PAGE}.pdf?lang={language}")
    assert first.content_type == "application/pdf"
    assert first.data.startswith(b"%PDF-1.")
    assert b"<pdfaid:part>2</pdfaid:part>" in first.data
    assert b"/MarkInfo" in first.data
    assert f"/Lang({language})".encode() in first.data
    again = visitor.get(f"{PAGE}.pdf?lang={language}")
    assert again.headers["ETag"] == first.headers["ETag"]


def test_the_atom_feed_has_what_rfc_4287_requires(visitor: FlaskClient) -> None:
    feed = ET.fromstring(visitor.get(f"{PAGE}/changes.atom?lang=en").data)
    assert feed.find(f"{ATOM}author/{ATOM}name") is not None
    for node in (feed, *feed.iter(f"{ATOM}entry")):
        for name in ("id", "title", "updated"):
            assert node.findtext(ATOM + name), name
    titles = [one.findtext(f"{ATOM}title") for one in feed.iter(f"{ATOM}entry")]
    assert "New sub-processor: Postvogn Inc." in titles
    assert len(titles) == 4


def test_an_empty_atom_feed_does_not_change_by_itself(
    visitor: FlaskClient, registry: FakeRegistry
) -> None:
    registry.all_changes = []
    feed = ET.fromstring(visitor.get(f"{PAGE}/changes.atom").data)
    assert feed.findtext(f"{ATOM}updated") == "2018-05-25T00:00:00+00:00"


def test_the_json_feed_is_version_1_1(visitor: FlaskClient) -> None:
    answer = visitor.get(f"{PAGE}/changes.json?lang=da")
    feed = json.loads(answer.text)
    assert answer.content_type == "application/feed+json; charset=utf-8"
    assert feed["version"] == "https://jsonfeed.org/version/1.1"
    assert feed["language"] == "da"
    assert all(one["id"] and one["content_text"] and one["date_published"].endswith("Z")
               for one in feed["items"])  # fmt: skip


def test_the_calendar_keeps_to_rfc_5545(visitor: FlaskClient) -> None:
    answer = visitor.get(f"{PAGE}/deadlines.ics?lang=da")
    raw = answer.data
    assert all(len(line) <= 75 for line in raw.split(b"\r\n"))
    assert raw.count(b"\n") == raw.count(b"\r\n")
    lines = raw.decode().replace("\r\n ", "").split("\r\n")
    assert lines.count("BEGIN:VEVENT") == lines.count("END:VEVENT") == 4
    assert "DTSTART;VALUE=DATE:20261224" in lines
    assert "SUMMARY;LANGUAGE=da:Ny underdatabehandler: Postvogn Inc." in lines
    assert "STATUS:CANCELLED" in lines


def test_the_ledger_is_one_entry_a_line_up_to_the_head(visitor: FlaskClient) -> None:
    lines = visitor.get(f"{PAGE}/ledger.jsonl").text.splitlines()
    first, second = map(json.loads, lines)
    assert second["previous_hash"] == first["hash"]
    assert len(visitor.get(f"{PAGE}/ledger.jsonl?after=1").text.splitlines()) == 1


def test_the_list_of_registers_is_at_its_well_known_address(visitor: FlaskClient) -> None:
    (register,) = visitor.get("/.well-known/sub-processors.json").get_json()["registers"]
    assert register["json"] == "https://register.example/p/tempus-serva.json"
    assert register["legal_name"] == "Tempus Serva ApS"


def test_the_pdf_says_since_when_an_entry_is_used_and_where_that_was_read(
    visitor: FlaskClient, registry: FakeRegistry
) -> None:
    said = {"used_since": "2019-05-06", "seen_on": "2026-11-02",
            "evidence_url": "https://host.example/list"}  # fmt: skip
    registry.entries = [{**entry("Host Ltd"), **said}]

    text = text_of(visitor.get(f"{PAGE}.pdf?lang=en").data)

    assert "Used since: 6 May 2019" in text
    assert "Evidence: https://host.example/list" in text
    assert "Evidence seen on: 2 November 2026" in text


def test_an_entry_without_a_place_is_in_the_sums_of_every_form(
    visitor: FlaskClient, registry: FakeRegistry
) -> None:
    registry.entries = [*registry.entries, entry("Stedløs ApS")]

    page = visitor.get(f"{PAGE}?lang=en").text
    pdf = text_of(visitor.get(f"{PAGE}.pdf?lang=en").data)
    graph = json.loads(visitor.get(f"{PAGE}.jsonld").text)

    tally = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", page.partition("tally")[2]))
    assert "No place stated 1 sub-processor" in tally
    assert "No place stated: 1 sub-processor" in pdf
    sums = {one["art28:verdict"]: one["art28:count"] for one in graph["art28:tally"]}
    assert sums == {"no_place": 1, "invalid": 2, "no_transfer": 2}


@pytest.mark.parametrize("language", ["en", "da", "sv"])
def test_the_pdf_has_what_the_pages_of_its_entries_have(
    visitor: FlaskClient, language: str
) -> None:
    words = catalogue.words(language)
    text = " ".join(text_of(visitor.get(f"{PAGE}.pdf?lang={language}").data).split())
    table, details = text.split(words("entry.details"), 1)
    for column in ("who", "what", "where"):
        assert words(f"column.{column}") in table
    assert words("entry.engaged_by", name="Amazon Web Services") in table
    assert words("entry.not_stated", facts="").strip(": ") in table
    chain = "Tempus Serva ApS → Amazon Web Services → Nordlys Drift ApS"
    named = ("products", "categories", "required", "ai_use", "listed_since", "flow_down")
    for said in (*(words(f"field.{name}") for name in named), words("entry.chain"), chain):
        assert said in details
    assert words("entry.stated_on", day=words.day("2026-03-01")) in details


def test_the_pdf_shows_of_a_coming_change_what_was_and_what_will_be(visitor: FlaskClient) -> None:
    text = " ".join(text_of(visitor.get(f"{PAGE}.pdf?lang=en").data).split())
    coming = text.partition("Coming changes")[2].partition("All details")[0]
    assert "Before After" in coming
    assert "Privacy Shield: ended" in coming
    assert "Paperwork incomplete" in coming


@seals.needs_pdfsig
def test_the_pdf_is_sealed(visitor: FlaskClient) -> None:
    assert seals.is_sealed(visitor.get(f"{PAGE}.pdf?lang=da").data)
